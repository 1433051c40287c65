/** Takes one derivation whose dependencies are realized, gives its outputs as objects of the store. */
import { dirname, join } from "node:path";
import { messageOf, type Place, SysError } from "../errors.ts";
import type { Derivation, Json, Source } from "../manifest/types.ts";
import {
  outputPlaceholder,
  placeholdersIn,
  sourcePlaceholder,
  substitute,
} from "../manifest/placeholder.ts";
import type { ObjectName } from "../store/names.ts";
import type { Output, Store } from "../store/types.ts";
import { Confinement } from "./confine.ts";
import { Files } from "./files.ts";
import { rightHash } from "./fixed.ts";
import { BuildLog } from "./log.ts";
import { runOperation } from "./ops.ts";
import type { RecipeBook, Reply, Turn } from "./recipe.ts";
import { describe } from "./sandbox/sandbox.ts";
import { refuseUnseen, removeAll } from "./unseen.ts";
import type { World } from "./world.ts";
import { makeFolders } from "../system/folders.ts";

export type Outputs = Readonly<Record<string, ObjectName>>;

/** What builds of one `realize` share. */
export interface Workshop extends Pick<World, "system" | "observer" | "signal" | "cacheDir"> {
  readonly sandbox: World["sandbox"];
  readonly works: World["works"];
  readonly downloads: World["downloads"];
  readonly store: Store;
  readonly recipes: RecipeBook;
}

/** What one build is made from. */
export interface Ingredients {
  /** Outputs of the derivations that it depends on. */
  readonly dependencies: ReadonlyMap<Derivation, Outputs>;
  /** The store's copies of its sources. */
  readonly sources: ReadonlyMap<Source, ObjectName>;
}

/** Builds. Whatever happens, no scratch is left. @throws SysError of kind "build" or "fetch" with the log's end */
export async function build(
  workshop: Workshop,
  derivation: Derivation,
  { dependencies, sources }: Ingredients,
): Promise<Outputs> {
  const { system, store, observer } = workshop;
  const { fs } = system;
  const folder = join(store.dir, "tmp", `${derivation.hash.slice(0, 32)}-build`);
  const outputs = Object.fromEntries(
    derivation.outputs.map((output) => [
      output,
      store.scratchPath(derivation.hash, output, nameOf(derivation, output), derivation.version),
    ]),
  );
  const inputs = [
    ...[...dependencies.values()].flatMap((made) => Object.values(made)),
    ...sources.values(),
  ];
  const closure = [...store.closure(inputs)];
  const places = {
    tmp: join(folder, "tmp"),
    fetched: join(folder, "fetched"),
    outputs,
    objects: closure.map((object) => store.pathOf(object)),
  };
  const clean = () => removeAll(system, [folder, ...Object.values(outputs)]);

  // An earlier process may have been killed here.
  await clean();
  const logPath = join(store.dir, "log", `${derivation.hash}.log`);
  const log = new BuildLog(fs, logPath, (line) => observer({ kind: "output", derivation, line }));
  try {
    makeFolders(fs, places.tmp, 0o700);
    makeFolders(fs, places.fetched);
    for (const path of Object.values(outputs)) makeFolders(fs, dirname(path));
    const within = new Confinement(fs, places);
    const world: World = {
      ...workshop,
      derivation,
      folder,
      places,
      within,
      files: new Files(fs, within),
      tools: toolsOf(workshop, dependencies),
      log,
    };
    log.line(`building ${titleOf(derivation)} (${derivation.hash})`);
    log.line(`sandbox: ${describe(await workshop.sandbox())}`);
    await follow(workshop, world, knownPaths(workshop, derivation, dependencies, sources, outputs));
    await refuseUnseen(system, derivation, Object.values(outputs));
    return register(store, derivation, outputs, closure, workshop);
  } catch (thrown) {
    throw workshop.signal.aborted ? thrown : failure(derivation, thrown, log);
  } finally {
    log.close();
    await clean();
  }
}

/** Runs the recipe: one operation after the other, until it is done or fails. */
async function follow(
  { recipes, signal }: Workshop,
  world: World,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const recipe = recipes.open(world.derivation.hash);
  const { outputs, tmp } = world.places;
  let turn: Turn = recipe.start({ outputs, tmp, known });
  // The error that the recipe was told last, which says more than the one that Lua makes of it.
  let told: SysError | null = null;
  while (turn.kind === "call") {
    signal.throwIfAborted();
    let reply: Reply;
    try {
      const args = turn.args.map((value) => filledIn(value, known));
      reply = { ok: true, value: await runOperation(world, turn.op, args) };
      told = null;
    } catch (thrown) {
      signal.throwIfAborted();
      // Anything else is no fault of the recipe's.
      if (!(thrown instanceof SysError)) throw thrown;
      told = thrown;
      reply = { ok: false, message: thrown.message, hint: thrown.hint };
    }
    turn = recipe.resume(reply);
  }
  if (turn.kind === "done") return;
  const { error } = turn;
  if (told === null || !error.message.includes(told.message)) throw error;
  throw new SysError(told.kind === "fetch" ? "fetch" : "build", error.message, {
    place: error.place,
    hint: told.hint ?? error.hint,
    notes: [...told.notes, ...error.notes.filter((note) => !told.notes.includes(note))],
    cause: told,
  });
}

/** A value with paths in place of placeholders. */
function filledIn(value: Json, known: ReadonlyMap<string, string>): Json {
  if (typeof value === "string") {
    const text = substitute(value, known);
    const [left] = placeholdersIn(text);
    if (left === undefined) return text;
    throw new SysError(
      "build",
      `Cannot use ${left}: it stands for something that this build does not use`,
      {
        hint: "pass the derivation or the path through `opts`",
      },
    );
  }
  if (Array.isArray(value)) return value.map((inner) => filledIn(inner, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [substitute(key, known), filledIn(inner, known)]),
  );
}

function knownPaths(
  { store }: Workshop,
  derivation: Derivation,
  dependencies: Ingredients["dependencies"],
  sources: Ingredients["sources"],
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
function toolsOf({ store, system }: Workshop, dependencies: Ingredients["dependencies"]): string[] {
  return [...dependencies.values()]
    .flatMap((made) => Object.values(made).map((object) => join(store.pathOf(object), "bin")))
    .filter((path) => system.fs.lstat(path)?.kind === "dir");
}

function register(
  store: Store,
  derivation: Derivation,
  outputs: Readonly<Record<string, string>>,
  closure: readonly ObjectName[],
  { system }: Workshop,
): Outputs {
  const { fixed, version } = derivation;
  for (const [output, path] of Object.entries(outputs)) {
    if (system.fs.lstat(path) !== null) continue;
    const which = output === "out" ? "ctx.out" : `ctx.outputs.${output}`;
    throw new SysError("build", `its \`config\` did not make the output "${output}"`, {
      hint: `write a file or a folder at ${which}`,
    });
  }
  if (fixed === "") throw rightHash(system.fs, outputs[derivation.outputs[0]]);
  const made = store.registerAll(
    Object.entries(outputs).map(([output, scratch]): Output => ({
      scratch,
      name: nameOf(derivation, output),
      version,
      candidates: closure,
      ...(fixed === null ? {} : { expected: fixed }),
    })),
  );
  const named = Object.fromEntries(derivation.outputs.map((output, n) => [output, made[n]]));
  store.recordOutputs(derivation.hash, named, derivation);
  return named;
}

/** `out` is called like the derivation, others have the output's name at the end. */
function nameOf({ name }: Derivation, output: string): string {
  return output === "out" ? name : `${name}-${output}`;
}

/** Name and version, for people. */
export function titleOf({ name, version }: Derivation): string {
  return version === null ? name : `${name} ${version}`;
}

function failure(derivation: Derivation, thrown: unknown, log: BuildLog): unknown {
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
      notes: [...thrown.notes, ...lines],
      cause: thrown,
    },
  );
}
