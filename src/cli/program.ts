import { Command, CommanderError } from "commander";
import { AgentopsError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { COMMANDS, GROUPS } from "./commands.ts";
import { guesses } from "./guesses.ts";
import { createContext, wantsColor } from "./context.ts";
import { DEFAULT_WIDTH, type GlobalFlags, type Shell } from "./shell.ts";
import { version } from "./version.ts";

/** Parses the arguments, runs the one command and returns its exit code. `flags` is filled for error reporting. */
export async function runProgram(
  shell: Shell,
  args: string[],
  flags: GlobalFlags,
  signal: AbortSignal,
): Promise<number> {
  let exitCode = 0;
  // Known before parsing ends, so that a usage error is already JSON under --json.
  if (args.includes("--json")) flags.json = true;
  const program = baseProgram(shell);
  for (const spec of COMMANDS) {
    const command = program
      .command(`${spec.name}${spec.args === undefined ? "" : ` ${spec.args}`}`)
      .summary(spec.summary)
      .description(spec.summary)
      .helpGroup(GROUPS.find(([, commands]) => commands.includes(spec))?.[0] ?? "")
      // A word that means nothing to a command was meant for something.
      .allowExcessArguments(false);
    for (const [option, description] of spec.options ?? []) addOption(command, option, description);
    addGlobalOptions(command);
    if (spec.exact === true) command.allowExcessArguments(false);
    if (spec.examples) command.addHelpText("after", `\nExamples:\n${spec.examples.map((e) => `  $ ${e}`).join("\n")}`);
    command.action(async (...received: unknown[]) => {
      const options = command.opts();
      Object.assign(flags, program.opts(), options);
      if (program.opts()["color"] === false) flags.color = false;
      const { run } = await spec.action();
      exitCode = await run(createContext(shell, flags, signal), received.slice(0, -2), options);
    });
  }
  addHelpTopic(program, shell);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, args);
    throw error;
  }
  return exitCode;
}

/** `--filter <k=v...>` may be repeated and takes one value each time, so that it cannot swallow the arguments after it. */
function addOption(command: Command, flags: string, description: string): void {
  if (!flags.endsWith("...>")) command.option(flags, description);
  else {
    const collect = (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value];
    command.option(flags.replace("...>", ">"), description, collect);
  }
}

function baseProgram(shell: Shell): Command {
  const program = new Command("agentops")
    .description("SRE for LLM agents: versions in git, evals with evidence, releases you can take back.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .exitOverride()
    .enablePositionalOptions()
    .allowExcessArguments()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => shell.stdout.columns ?? DEFAULT_WIDTH,
      getOutHasColors: () => wantsColor(shell, {}, shell.stdout),
    });
  return addGlobalOptions(program);
}

function addGlobalOptions(command: Command): Command {
  return command
    .optionsGroup("Global options:")
    .option("-C <dir>", "run as if started in DIR")
    .option("--config <file>", "config file (default: agentops.config.yaml here or above)")
    .option("--env <name>", "environment (default: the last one in the config)")
    .option("--actor <name>", "who acts, for the record")
    .option("--json", "print JSON; errors too, on stderr")
    .option("--quiet", "no progress and no notes on stderr")
    .option("--debug", "show stacks")
    .option("--no-color", "no colour");
}

function addHelpTopic(program: Command, shell: Shell): void {
  program
    .helpCommand(false)
    .command("help [topic]")
    .summary("help on a command, or on exit-codes")
    .description("help on a command, or on exit-codes")
    .allowExcessArguments(false)
    .action((topic: string | undefined) => {
      if (topic === "exit-codes") {
        shell.stdout.write(EXIT_CODES_HELP);
        return;
      }
      const command = topic === undefined ? program : program.commands.find((c) => c.name() === topic);
      if (command === undefined)
        throw new AgentopsError("USAGE", `no help on "${topic ?? ""}"`, { hint: "agentops --help" });
      command.outputHelp();
    });
  program.action(() => {
    const typed = program.args[0];
    if (typed === undefined) program.outputHelp();
    else
      throw new AgentopsError("USAGE", `unknown command '${typed}'`, { hint: `${meant(typed)} See agentops --help` });
  });
}

function meant(typed: string): string {
  const found = guesses(typed);
  if (found.length > 0) return `did you mean ${found.map((command) => `agentops ${command}`).join(" or ")}?`;
  return didYouMean(
    typed,
    COMMANDS.map((command) => command.name),
  );
}

function usage(error: CommanderError, args: readonly string[]): number {
  if (error.exitCode === 0) return 0;
  const command = COMMANDS.find(({ name }) => args.includes(name))?.name;
  const [first, ...rest] = error.message.replace(/^error: /, "").split("\n");
  const near = oppositeOf(rest.join(" "), first ?? "") ?? rest.join(" ").trim();
  throw new AgentopsError("USAGE", first ?? "wrong usage", {
    hint: near || (command === undefined ? "agentops --help" : `agentops help ${command}`),
    cause: error,
  });
}

/** What is off unless it is typed has no `--no-…`, and the flag that looks like it does the opposite. */
function oppositeOf(suggested: string, message: string): string | undefined {
  const flag = /--no-([a-z-]+)/.exec(message)?.[1];
  if (flag === undefined || !suggested.includes(`--${flag}?`)) return undefined;
  return `leave --${flag} out; what the config turns on is turned off there`;
}

/** `agentops help exit-codes`; the same table as DESIGN and README. */
const EXIT_CODES_HELP = `Exit codes (never a count):

  0    done; gate passed                                     continue
  1    gate or analysis failed: the candidate did not hold    block
  2    usage, config, lint, unknown name, zero cases; a key,   fix the input
       request, recording, repository or store that no retry
       mends
  3    inconclusive: not enough evidence; says what is missing block, gather more
       or some of it could not be counted
  4    outside failure that a retry may cure: provider, git,   retry
       store, full disk; too many such trial errors
  5    refused: killed, frozen, concurrent change              a person decides
  70   a bug of ours                                           report it
  130  interrupted (Ctrl-C); what was done is kept             resume
  143  terminated (SIGTERM); what was done is kept             resume
  129  hung up (SIGHUP); what was done is kept                 resume
`;
