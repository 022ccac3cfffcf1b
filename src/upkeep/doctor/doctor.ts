import { basename } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import type { Location } from "../../core/location.ts";
import type { Project } from "../../core/project.ts";
import type { StoreAddress } from "../../state/address.ts";
import { driversFor, examineStore, type StoreFacts } from "../../state/examine.ts";
import { CHECKS, type CheckName, type Facts, type Finding, type Trouble } from "./found.ts";
import { findGit, findIdentity, findSigning } from "./git.ts";
import { findMarkers } from "./markers.ts";
import { findKeys, findPrices, findProviders } from "./models.ts";

export interface DoctorRequest {
  /** An existing folder: the project's, or the command's own. */
  root: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  location: Location;
  project: Project | Error;
  actor: Facts["actor"];
  store: StoreAddress;
}

/** Long enough for a server at the other end of the world; a person waits. */
const WAIT_MS = 2000;

/** A check's facts; null where something it needs has failed, undefined where there is nothing to look at. */
type Probe<T> = T | null | undefined;

/** Looks at the machine, the project and its store, and changes nothing. Never throws: a check that cannot be made says so. */
export async function doctor(request: DoctorRequest): Promise<Finding[]> {
  const { root, location, env, clock, project, actor, store } = request;
  const config = project instanceof Error ? null : project.config;
  const git = findGit(root, env);
  const found = examineStore(store, { waitMs: WAIT_MS, clock });
  const gitWorks = git.then(({ version }) => version !== null, () => false); // prettier-ignore
  const withGit = async <T>(probe: () => Promise<T>) => ((await gitWorks) ? probe() : null);
  const probes: { [N in CheckName]: () => Promise<Probe<Facts[N]>> | Probe<Facts[N]> } = {
    node: () => ({ version: process.versions.node }),
    git: () => git,
    identity: () => withGit(() => findIdentity(root, env)),
    project: () => projectFacts(project, location),
    actor: () => actor,
    signing: () => withGit(() => findSigning(root, env)),
    store: async () => ({ shown: store.shown, facts: await found }),
    clock: () => clockOf(found),
    markers: () => findMarkers(store.markers),
    prices: () => findPrices(clock.now()),
    drivers: () => findDrivers(store),
    providers: () => (config === null ? null : findProviders(config)),
    keys: () => (config === null ? null : findKeys(config, env)),
  };
  return (await Promise.all(CHECKS.map((name) => findingOf(name, probes[name])))).filter((each) => each !== undefined);
}

async function findingOf(name: CheckName, probe: () => unknown): Promise<Finding | undefined> {
  try {
    const facts = await probe();
    return facts === undefined ? undefined : ({ name, facts } as Finding);
  } catch (error) {
    return { name, trouble: troubleOf(error) };
  }
}

function troubleOf(error: unknown): Trouble {
  return { message: messageOf(error), hint: (error instanceof AgentopsError ? error.hint : undefined) ?? null };
}

/** Throws why it does not load, with the whole path: `agentops.config.yaml` may be in any folder above. */
function projectFacts(project: Project | Error, { configFile, found }: Location): Facts["project"] {
  if (!(project instanceof Error))
    return { file: project.configFile, project: project.config.project, environment: project.environment };
  if (configFile === null || !found || !(project instanceof AgentopsError)) throw project;
  const { code, hint, message } = project;
  const position = `${basename(configFile)}:`;
  const said = message.startsWith(position) ? message.slice(position.length) : ` ${message}`;
  throw new AgentopsError(code, `${configFile}:${said}`, { hint, cause: project });
}

function clockOf(found: Promise<StoreFacts>): Promise<Facts["clock"] | null> {
  return found.then(
    ({ clock }) => clock ?? "same machine",
    () => null,
  );
}

function findDrivers(store: StoreAddress): Promise<Facts["drivers"]> {
  return Promise.all(
    driversFor(store).map(async ({ name, load }) => {
      try {
        return { name, brings: await load(), trouble: null };
      } catch (error) {
        return { name, brings: null, trouble: troubleOf(error) };
      }
    }),
  );
}
