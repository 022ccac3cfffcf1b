import { AgentopsError } from "../../../core/errors.ts";
import type { Found } from "../../../planning/found.ts";
import type { CiReport } from "../../../planning/schema.ts";
import type { CommandContext } from "../../context.ts";
import { alphaOf, counts } from "./flags.ts";
import { withRuns } from "../../open/runs.ts";

type Options = Record<string, unknown>;

/** Which interval is meant follows from the flags: exactly one group of them. */
export async function intervalReport(context: CommandContext, options: Options): Promise<Found<CiReport>> {
  const given = GROUPS.filter((group) => group.flags.some((key) => options[key] !== undefined));
  const [group, second] = given;
  if (group === undefined || second !== undefined || group.flags.some((key) => options[key] === undefined)) {
    throw new AgentopsError("USAGE", "stats ci takes one kind of data", {
      hint: GROUPS.map((g) => g.usage).join("  |  "),
    });
  }
  return group.report(context, options, { alpha: alphaOf(options), method: options["method"] as string | undefined });
}

const GROUPS: readonly {
  flags: readonly string[];
  usage: string;
  report: (
    context: CommandContext,
    options: Options,
    request: { alpha: number; method: string | undefined },
  ) => Promise<Found<CiReport>>;
}[] = [
  {
    flags: ["successes", "trials"],
    usage: "--successes S --trials N",
    report: async (_context, options, request) => {
      const { proportionInterval } = await import("../../../planning/intervals/interval.ts");
      const [successes = 0] = counts("--successes", text(options, "successes"), "/", ["S"]);
      const [n = 0] = counts("--trials", text(options, "trials"), "/", ["N"]);
      return proportionInterval({ successes, n }, request);
    },
  },
  {
    flags: ["control", "candidate"],
    usage: "--control S/N --candidate S/N",
    report: async (_context, options, request) => {
      const { differenceInterval } = await import("../../../planning/intervals/interval.ts");
      return differenceInterval(sample(options, "control"), sample(options, "candidate"), request);
    },
  },
  {
    flags: ["pairs"],
    usage: "--pairs BOTH,ONLY-CONTROL,ONLY-CANDIDATE,NEITHER",
    report: async (_context, options, request) => {
      const { pairedInterval } = await import("../../../planning/intervals/interval.ts");
      const names = ["BOTH", "ONLY-CONTROL", "ONLY-CANDIDATE", "NEITHER"];
      const [bothPass = 0, onlyControl = 0, onlyCandidate = 0, neither = 0] = counts(
        "--pairs",
        text(options, "pairs"),
        ",",
        names,
      );
      return pairedInterval({ bothPass, onlyControl, onlyCandidate, neither }, request);
    },
  },
  {
    flags: ["controlValues", "candidateValues"],
    usage: "--control-values FILE --candidate-values FILE",
    report: async ({ cwd }, options, request) => {
      const { valuesInterval } = await import("../../../planning/intervals/interval-of-values.ts");
      return valuesInterval(
        cwd,
        { control: text(options, "controlValues"), candidate: text(options, "candidateValues") },
        request,
      );
    },
  },
  {
    flags: ["from"],
    usage: "--from RUN",
    report: async (context, options) => {
      const [name = "", second] = options["from"] as string[];
      const stray = ["alpha", "method"].find((key) => options[key] !== undefined);
      if (stray !== undefined)
        throw new AgentopsError("USAGE", `--${stray} does not apply to a run: its intervals are Wilson's at 95 %`);
      if (second !== undefined)
        throw new AgentopsError("USAGE", "stats ci takes one run", {
          hint: "agentops diff CONTROL CANDIDATE compares two",
        });
      const { runInterval } = await import("../../../planning/intervals/interval-of-run.ts");
      return withRuns(context, (store) => runInterval(store, name));
    },
  },
];

function sample(options: Options, key: "control" | "candidate") {
  const [successes = 0, n = 0] = counts(`--${key}`, text(options, key), "/", ["S", "N"]);
  return { successes, n };
}

function text(options: Options, key: string): string {
  return options[key] as string;
}
