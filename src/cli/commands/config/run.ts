import { displayPath, type Project, readText } from "../../../core/project.ts";
import { type Setting, settingsIn } from "../../../core/settings.ts";
import { shownSettings } from "../../../core/shown-settings.ts";
import { readYaml } from "../../../core/yaml.ts";
import { configText } from "../../../report/config/text.ts";
import { findActor } from "../../actor.ts";
import type { CommandContext } from "../../context.ts";
import { emitDocument } from "../../document.ts";
import { addressFor } from "../../open/address.ts";

export async function run(context: CommandContext, _: unknown[], options: Record<string, unknown>): Promise<number> {
  const project = await context.project();
  const file = displayPath(project.root, project.configFile);
  const { yaml } = readYaml(await readText(project.configFile), file);
  const written = yaml === undefined ? [] : settingsIn(yaml);
  const ownValues = shownSettings(written.filter(({ key }) => key !== "store"));
  const settings = [...(await resolved(context, project, written)), ...ownValues];
  const shown = settings.map((setting) => ({ ...setting, value: redacted(setting.value, project) }));
  const document = { schema: "agentops.config/1", file: project.configFile, settings: shown };
  await emitDocument(context, document, (style) => configText(shown, options["showOrigin"] === true, style));
  return 0;
}

/** What more than one place may say: the first that does is in force. */
async function resolved(context: CommandContext, project: Project, written: readonly Setting[]): Promise<Setting[]> {
  const { flags, shell } = context;
  const variable = (name: string) => ((shell.env[name] ?? "") === "" ? undefined : name);
  const inFile = (key: string) => written.find((setting) => setting.key === key)?.origin;
  const environments = written.findLast(({ key }) => key.startsWith("environments."))?.origin;
  const actor = await findActor(context);
  return [
    { key: "config", value: project.configFile, origin: flags.config === undefined ? (variable("AGENTOPS_CONFIG") ?? "found from this folder upwards") : "--config" }, // prettier-ignore
    { key: "environment", value: project.environment, origin: flags.env === undefined ? (variable("AGENTOPS_ENV") ?? environments ?? "default") : "--env" }, // prettier-ignore
    { key: "store", value: addressFor(shell, project).shown, origin: variable("AGENTOPS_STORE") ?? inFile("store") ?? "default" }, // prettier-ignore
    { key: "actor", value: actor.name, origin: actor.source },
  ];
}

/** A text that looks like a key is none of a terminal's business. */
function redacted(value: unknown, project: Project): unknown {
  return typeof value === "string" ? project.redact(value) : value;
}
