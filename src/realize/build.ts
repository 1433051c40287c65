/** Takes one derivation whose dependencies are realized, gives its outputs as objects of the store. */
import { dirname, join } from "node:path";
import { messageOf, type Place, SysError } from "../errors.ts";
import type { Derivation, DerivationHash, Source } from "../manifest/types.ts";
import { outputPlaceholder, sourcePlaceholder } from "../manifest/placeholder.ts";
import type { ObjectName } from "../store/names.ts";
import type { Outputs } from "../store/outputs.ts";
import type { Compressed, Output, Store } from "../store/types.ts";
import { Confinement } from "./confine.ts";
import { Files } from "./files.ts";
import { rightHash } from "./fixed.ts";
import { keepFailed, type Scratch } from "./keep_failed.ts";
import { BuildLog } from "./log.ts";
import type { BuilderOf } from "./builder.ts";
import { runProcess } from "./run_process.ts";
import { runRecipe } from "./run_recipe.ts";
import { fixedEnvironment, SYSTEM_PATH } from "./environment.ts";
import type { Limit, Slot } from "./limit.ts";
import { SANDBOX_MARKER } from "./sandbox/bubblewrap.ts";
import { describe } from "./sandbox/sandbox.ts";
import { refuseUnseen, removeAll } from "./unseen.ts";
import type { Sandbox } from "./sandbox/types.ts";
import type { BuildContext } from "./build_context.ts";
import { makeFolders } from "../system/folders.ts";

/** Where a build finds its scratch folders in a sandbox that can mount them anywhere. */
const SEEN = { tmp: "/build", fetched: "/fetched" };

/** What builds of one `realize` share. */
export interface RealizeContext
  extends Pick<BuildContext, "system" | "observer" | "signal" | "cacheDir"> {
  readonly sandbox: () => Promise<Sandbox>;
  /** Builds at a time. */
  readonly works: Limit;
  readonly downloads: Limit;
  readonly jobserver: BuildContext["jobserver"];
  readonly store: Store;
  readonly builderOf: BuilderOf;
  /** Keep the scratch of builds that fail. */
  readonly keepFailed: boolean;
}

/** What one build is made from. */
export interface BuildInputs {
  /** Outputs of the derivations that it depends on. */
  readonly dependencies: ReadonlyMap<Derivation, Outputs>;
  /** The store's copies of its sources. */
  readonly sources: ReadonlyMap<Source, ObjectName>;
  /** Elsewhere than before, so that what depends on the place shows; what is made is not recorded as the
   * derivation's. */
  readonly again?: boolean;
}

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

async function buildNow(
  shared: RealizeContext & { readonly slot: Slot },
  derivation: Derivation,
  inputs: BuildInputs,
): Promise<Outputs> {
  const { system, store, observer } = shared;
  const { fs } = system;
  observer({ kind: "phase", derivation, phase: "build" });
  const { folder, outputs } = scratchOf(store, derivation, inputs.again === true);
  const direct = [
    ...[...inputs.dependencies.values()].flatMap((made) => Object.values(made)),
    ...inputs.sources.values(),
  ];
  const closure = [...store.closure(direct)];
  const sandbox = await shared.sandbox();
  const [tmp, fetched] = [join(folder, "tmp"), join(folder, "fetched")];
  const places = {
    tmp,
    fetched,
    seen: sandbox.kind === "bubblewrap" ? SEEN : { tmp, fetched },
    outputs,
    objects: closure.map((object) => store.pathOf(object)),
  };
  const compilers = sandbox.kind === "bubblewrap" || system.host.os === "windows" ? null : {
    folder: join(folder, "compilers"),
    path: SYSTEM_PATH[system.host.os],
    from: tmp,
    to: SEEN.tmp,
  };
  // No other build has the same scratch folder, and builds of one derivation take turns. What has another TMPDIR is
  // known by its PATH.
  const keeper = system.processes.keeper([
    sandbox.kind === "bubblewrap" ? `${SANDBOX_MARKER}=${tmp}` : `TMPDIR=${tmp}`,
    ...compilers === null ? [] : [`${compilers.folder}:`],
  ]);
  const clean = () => removeAll(system, [folder, ...Object.values(outputs)]);

  // An earlier process may have been killed here.
  await clean();
  const logPath = join(store.dir, "log", `${derivation.hash}.log`);
  const log = new BuildLog(fs, logPath, (text) => observer({ kind: "output", derivation, text }));
  try {
    makeFolders(fs, places.tmp, 0o700);
    makeFolders(fs, places.fetched);
    for (const path of Object.values(outputs)) makeFolders(fs, dirname(path));
    const within = new Confinement(fs, places);
    const context: BuildContext = {
      ...shared,
      derivation,
      folder,
      places,
      within,
      files: new Files(fs, within),
      sandbox,
      keeper,
      compilers,
      environment: fixedEnvironment({
        os: system.host.os,
        tmp: places.seen.tmp,
        tools: [...toolsOf(shared, inputs), ...compilers === null ? [] : [compilers.folder]],
        host: derivation.host === true,
      }),
      log,
    };
    log.line(`building ${titleOf(derivation)} (${derivation.hash})`);
    log.line(`sandbox: ${describe(sandbox)}`);
    const known = knownPaths(shared, derivation, inputs, outputs);
    const builder = shared.builderOf(derivation);
    if (builder.kind === "recipe") await runRecipe(context, builder.recipe, known);
    else await runProcess(context, builder.process, known);
    // What was left behind would go on writing.
    await keeper.kill();
    observer({ kind: "phase", derivation, phase: "store" });
    const paths = await refuseUnseen(system, derivation, Object.values(outputs));
    const { inspectBuild } = await import("./inspect/inspect_build.ts");
    const compressed = await inspectBuild(context, store, closure, paths);
    const made = register(shared, derivation, outputs, { closure, compressed });
    if (!inputs.again) store.recordOutputs(derivation.hash, made, derivation);
    return made;
  } catch (thrown) {
    if (shared.signal.aborted) throw thrown;
    const kept = shared.keepFailed
      ? keepFailed(system, dirname(store.dir), derivation, { folder, outputs })
      : null;
    throw failure(derivation, thrown, log, kept);
  } finally {
    await keeper.kill();
    log.close();
    await clean();
  }
}

/** Where a build works, and where it makes its outputs. */
function scratchOf(store: Store, derivation: Derivation, again: boolean): Scratch {
  const suffix = again ? "-again" : "";
  const hash = `${derivation.hash}${suffix}` as DerivationHash;
  return {
    folder: join(store.dir, "tmp", `${derivation.hash.slice(0, 32)}-build${suffix}`),
    outputs: Object.fromEntries(
      derivation.outputs.map((output) => [
        output,
        store.scratchPath(hash, output, nameOf(derivation, output), derivation.version),
      ]),
    ),
  };
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

function register(
  { system, store }: RealizeContext,
  derivation: Derivation,
  outputs: Readonly<Record<string, string>>,
  { closure, compressed }: {
    readonly closure: readonly ObjectName[];
    readonly compressed: ReadonlyMap<string, Compressed>;
  },
): Outputs {
  const { fixed, version } = derivation;
  for (const [output, path] of Object.entries(outputs)) {
    if (system.fs.lstat(path) !== null) continue;
    const which = output === "out" ? "ctx.out" : `ctx.outputs.${output}`;
    throw new SysError("build", `it did not make the output "${output}"`, {
      hint: `\`config\` has to write a file or a folder at ${which}`,
    });
  }
  if (fixed === "") throw rightHash(system.fs, outputs[derivation.outputs[0]]);
  const made = store.registerAll(
    Object.entries(outputs).map(([output, scratch]): Output => ({
      scratch,
      name: nameOf(derivation, output),
      version,
      candidates: closure,
      compressed: compressed.get(scratch),
      ...(fixed === null ? {} : { expected: fixed }),
    })),
  );
  return Object.fromEntries(derivation.outputs.map((output, n) => [output, made[n]]));
}

/** `out` is called like the derivation, others have the output's name at the end. */
function nameOf({ name }: Derivation, output: string): string {
  return output === "out" ? name : `${name}-${output}`;
}

/** Name and version, for people. */
export function titleOf({ name, version }: Derivation): string {
  return version === null ? name : `${name} ${version}`;
}

function failure(
  derivation: Derivation,
  thrown: unknown,
  log: BuildLog,
  kept: string | null,
): unknown {
  if (!(thrown instanceof SysError)) return thrown;
  const own = /^Cannot build [^:]+: /;
  const place: Place = thrown.place ?? derivation.place;
  const lines = log.last.filter((line) => !thrown.notes.includes(line));
  log.line(`failed: ${messageOf(thrown)}`);
  return new SysError(
    thrown.kind === "fetch" ? "fetch" : "build",
    `Cannot build ${derivation.name}: ${thrown.message.replace(own, "")}`,
    {
      place,
      hint: [thrown.hint, `\`sys log ${derivation.name}\` shows all of its output`]
        .filter((part) => part !== undefined).join("; "),
      notes: [
        ...declaration(derivation, place),
        ...thrown.notes,
        ...lines,
        ...kept === null ? [] : [`its folder is kept: ${kept}`],
      ],
      cause: thrown,
    },
  );
}

/** The lines of the user's that declare a derivation, where the error is not in the only one. */
function declaration({ place, callers = [] }: Derivation, failed: Place): string[] {
  const lines = [place, ...callers].map(({ file, line }) => `${file}:${line}`);
  if (lines.length === 1 && lines[0] === `${failed.file}:${failed.line}`) return [];
  return lines.map((line, n) => n === 0 ? `declared at ${line}` : `called at ${line}`);
}
