/** Takes the sources of a Manifest, gives where they lie on this machine, and makes them objects. */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { placeholdersIn, sourcePlaceholder } from "../manifest/placeholder.ts";
import type { Action, Activation, Derivation, Manifest, Source } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";
import { isPrivate as isPrivateMode } from "../store/privacy.ts";
import { FsError, type ReadFs } from "../system/mod.ts";
import { isInside } from "./own_places.ts";
import type { SeenSource } from "../config/types.ts";
import type { NewTree } from "../store/stage.ts";
import type { LocatedManifest } from "./evaluate.ts";

type Here = Pick<Machine, "system" | "store">;

/** A source of an evaluation on this machine. */
interface Located extends Omit<NewTree, "name"> {
  readonly object: ObjectName;
}

/** Sources by id, for each evaluation. */
const located = new WeakMap<Manifest, ReadonlyMap<string, Located>>();

/** The sources of a Manifest. The name of an object tells who may read it: that is looked at once in an evaluation,
 * whatever becomes of the file. */
function sourcesOf({ system: { fs }, store }: Here, config: LocatedManifest) {
  const { manifest } = config;
  const known = located.get(manifest);
  if (known !== undefined) return known;
  const found = new Map<string, Located>();
  const closed = privateSources(manifest.activations);
  const seen = seenSources(config);
  for (const source of manifest.sources) {
    const options = {
      ...seen(source) ?? { path: sourcePath(fs, config, source) },
      expected: source.id,
      isPrivate: closed.has(source.id),
    };
    const object = store.nameOfTree(source.name, options.path, options);
    found.set(source.id, { object, ...options });
  }
  located.set(manifest, found);
  return found;
}

/** What the evaluation has seen of a source, where that is a file. */
function seenSources({ outcome }: LocatedManifest) {
  const files = new Map<string, SeenSource>();
  for (const file of outcome?.seen ?? outcome?.sources ?? []) {
    files.set(`${file.root}\0${file.path}`, file);
  }
  return ({ root, path, id }: Source): Pick<NewTree, "path" | "info"> | null => {
    const file = files.get(`${root}\0${path}`);
    return file?.id === id ? { path: file.real, info: file.info } : null;
  };
}

/** The object that each source is, or will be, by its id. */
export function sourceObjects(
  machine: Here,
  config: LocatedManifest,
): ReadonlyMap<string, { readonly object: ObjectName }> {
  return sourcesOf(machine, config);
}

/** Ids of sources that are only copied, to files that others may not read: they are private in the store, too. */
function privateSources(activations: readonly Activation[]): Set<string> {
  const actions = activations.flatMap(({ actions }) => actions);
  const closed = idsIn(actions.filter(isClosed));
  return closed.size === 0
    ? closed
    : closed.difference(idsIn(actions.filter((one) => !isClosed(one))));
}

/** Whether an action copies to a file that others may not read. */
function isClosed(action: Action): boolean {
  return action.kind === "copy" && action.mode !== null &&
    isPrivateMode({ kind: "file", mode: action.mode });
}

/** Ids of sources that actions name. */
function idsIn(actions: readonly Action[]): Set<string> {
  const placeholders = actions.length === 0 ? [] : placeholdersIn(JSON.stringify(actions));
  return new Set(placeholders.map((one) => one.slice(sourcePlaceholder("").length)));
}

/** Where a source lies on this machine; where a link leads, if it is one. */
export function sourcePath(
  fs: ReadFs,
  { dir, inputs }: Pick<LocatedManifest, "dir" | "inputs">,
  { root, path }: Source,
): string {
  const folder = root === "config" ? dir : inputs.get(root.slice("input:".length))?.path;
  if (folder === undefined) {
    throw new SysError("input", `Cannot find ${path}: the input of ${root} is not there`);
  }
  const whole = join(folder, path);
  return fs.lstat(whole)?.kind === "link" ? fs.realPath(whole) : whole;
}

/** Path of the object → where it lies now, for the sources that are not stored yet. */
export function unstoredSources(
  machine: Here,
  config: LocatedManifest,
): Map<string, string> {
  const { store } = machine;
  const sources = [...sourcesOf(machine, config).values()];
  const missing = store.missing(sources.map(({ object }) => object));
  return new Map(
    sources.filter(({ object }) => missing.has(object))
      .map(({ object, path }) => [store.pathOf(object), path]),
  );
}

/** Copies into the store what activations name and what derivations are built from, as it was when the config was
 * evaluated.
 * @throws SysError of kind "store" when one is another by now */
export function storeSources(
  machine: Here,
  config: LocatedManifest,
  activations: readonly Activation[],
  derivations: readonly Derivation[],
): void {
  const named = idsIn(activations.flatMap(({ actions }) => actions));
  const built = new Set(derivations.flatMap(({ sources }) => sources));
  const { store } = machine;
  const sources = sourcesOf(machine, config);
  const missing = store.missing([...sources.values()].map(({ object }) => object));
  const trees = config.manifest.sources
    .filter(({ id }) => named.has(id) || built.has(id))
    .map(({ id, name, path }) => ({ ...sources.get(id)!, name, source: path }))
    .filter(({ object }) => missing.has(object));
  try {
    store.addTrees(trees);
  } catch (thrown) {
    if (!(thrown instanceof FsError) || thrown.code !== "ENOENT") throw thrown;
    const lost = trees.find(({ path }) => isInside(thrown.path, path));
    throw new SysError(
      "store",
      `Cannot store ${lost?.source ?? thrown.path}: it was there a moment ago`,
      {
        hint: "run the command again when nothing moves it away",
        cause: thrown,
      },
    );
  }
}
