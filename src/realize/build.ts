/** Takes one derivation whose dependencies are realized, gives its outputs as objects of the store. */
import { dirname, join } from "node:path/posix";
import type { Derivation } from "../manifest/types.ts";
import { outputPlaceholder, sourcePlaceholder } from "../manifest/placeholder.ts";
import type { Outputs } from "../store/outputs.ts";
import type { BuildContext } from "./build_context.ts";
import { buildFailure } from "./build_failure.ts";
import { Confinement } from "./confine.ts";
import { fixedEnvironment } from "./environment.ts";
import { Files } from "./files.ts";
import { keepFailed } from "./keep_failed.ts";
import type { Slot } from "./limit.ts";
import { BuildLog } from "./log.ts";
import type { BuildInputs, RealizeContext } from "./realize_context.ts";
import { registerOutputs } from "./register_outputs.ts";
import { runProcess } from "./run_process.ts";
import { runRecipe } from "./run_recipe.ts";
import { describe } from "./sandbox/sandbox.ts";
import { refuseUnseen, removeAll } from "./unseen.ts";
import { type Workplace, workplaceOf } from "./workplace.ts";

/** What a build has besides what all share. */
type Turn = RealizeContext & { readonly slot: Slot };

/** Builds when there is room for it. Whatever happens, no scratch is left but what is to be kept.
 * @throws SysError of kind "build" or "fetch" with the log's end */
export function build(
  shared: RealizeContext,
  derivation: Derivation,
  inputs: BuildInputs,
): Promise<Outputs> {
  return shared.works.run(
    shared.signal,
    (slot) => buildNow({ ...shared, slot }, derivation, inputs),
  );
}

async function buildNow(turn: Turn, derivation: Derivation, inputs: BuildInputs): Promise<Outputs> {
  const { system, store, observer } = turn;
  observer({ kind: "phase", derivation, phase: "build" });
  const workplace = await workplaceOf(turn, derivation, inputs);
  const { scratch, keeper, folders } = workplace;
  const clean = () => removeAll(system, [scratch.folder, ...Object.values(scratch.outputs)]);

  // An earlier process may have been killed here.
  await clean();
  let registered = false;
  const logPath = join(store.dir, "log", `${derivation.hash}.log`);
  const onText = (text: string) => observer({ kind: "output", derivation, text });
  const log = new BuildLog(system.fs, logPath, onText);
  try {
    const context = contextOf(turn, derivation, { workplace, inputs, log });
    const made = await makeOutputs(context, turn, { workplace, inputs });
    if (!inputs.again) store.recordOutputs(derivation.hash, made, derivation);
    registered = true;
    return made;
  } catch (thrown) {
    if (turn.signal.aborted) throw thrown;
    const root = dirname(store.dir);
    const kept = turn.keepFailed ? keepFailed(system, root, derivation, scratch) : null;
    throw buildFailure(derivation, thrown, log, kept);
  } finally {
    await keeper.kill();
    log.close();
    // Outputs that became objects are gone from there.
    if (folders.opened || !registered) await clean();
  }
}

/** What the operations of this build share. */
function contextOf(
  turn: Turn,
  derivation: Derivation,
  { workplace, inputs, log }: {
    readonly workplace: Workplace;
    readonly inputs: BuildInputs;
    readonly log: BuildLog;
  },
): BuildContext {
  const { fs, host } = turn.system;
  const { scratch: { folder }, places, sandbox, compilers, keeper, folders } = workplace;
  const within = new Confinement(fs, places, folders.open, host.os);
  return {
    ...turn,
    derivation,
    folder,
    places,
    openScratch: folders.open,
    within,
    files: new Files(fs, within),
    sandbox,
    keeper,
    compilers,
    environment: fixedEnvironment({
      os: host.os,
      tmp: places.seen.tmp,
      tools: [...toolsOf(turn, inputs), ...compilers === null ? [] : [compilers.folder]],
      host: derivation.host === true,
    }),
    log,
  };
}

/** Runs the build, and makes its outputs objects. */
async function makeOutputs(
  context: BuildContext,
  turn: Turn,
  { workplace: { scratch: { outputs }, closure, keeper }, inputs }: {
    readonly workplace: Workplace;
    readonly inputs: BuildInputs;
  },
): Promise<Outputs> {
  const { derivation, log, sandbox, system } = context;
  log.line(
    `building ${titleOf(derivation)} (${derivation.hash})\nsandbox: ${describe(sandbox)}`,
  );
  const known = knownPaths(turn, derivation, inputs, outputs);
  const builder = turn.builderOf(derivation);
  if (builder.kind === "recipe") await runRecipe(context, builder.recipe, known);
  else await runProcess(context, builder.process, known);
  // What was left behind would go on writing.
  await keeper.kill();
  turn.observer({ kind: "phase", derivation, phase: "store" });
  const paths = await refuseUnseen(system, derivation, Object.values(outputs));
  const { inspectBuild } = await import("./inspect/inspect_build.ts");
  const compressed = await inspectBuild(context, turn.store, closure, paths);
  return registerOutputs(turn, derivation, outputs, { closure, compressed });
}

function knownPaths(
  { store }: RealizeContext,
  derivation: Derivation,
  { dependencies, sources }: BuildInputs,
  outputs: Readonly<Record<string, string>>,
): Map<string, string> {
  const known = new Map<string, string>();
  for (const [dependency, made] of dependencies) {
    for (const [output, object] of Object.entries(made)) {
      known.set(outputPlaceholder(dependency.hash, output), store.pathOf(object));
    }
  }
  for (const [source, object] of sources) {
    known.set(sourcePlaceholder(source.id), store.pathOf(object));
  }
  for (const [output, path] of Object.entries(outputs)) {
    known.set(outputPlaceholder(derivation.hash, output), path);
  }
  return known;
}

/** The `bin` folders of what the derivation depends on. */
function toolsOf({ store, system }: RealizeContext, { dependencies }: BuildInputs): string[] {
  return [...dependencies.values()]
    .flatMap((made) => Object.values(made).map((object) => join(store.pathOf(object), "bin")))
    .filter((path) => system.fs.lstat(path)?.kind === "dir");
}

/** Name and version, for people. */
function titleOf({ name, version }: Derivation): string {
  return version === null ? name : `${name} ${version}`;
}
