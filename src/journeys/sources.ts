/** Takes the sources of a Manifest, gives where they lie on this machine, and makes them objects. */
import { join } from "node:path";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { placeholdersIn, sourcePlaceholder } from "../manifest/placeholder.ts";
import type { Activation, Derivation, Manifest, Source } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";
import { isPrivate as isPrivateMode } from "../store/privacy.ts";
import { FsError, type ReadFs } from "../system/mod.ts";
import type { LocatedManifest } from "./evaluate.ts";

type Here = Pick<Machine, "system" | "store">;

/** Names of objects by source id, for each evaluation. */
const names = new WeakMap<Manifest, Map<string, ObjectName>>();

/** The object that a source is, or will be. Its name tells who may read it: that is looked at once in an evaluation,
 * whatever becomes of the file. */
export function sourceObject(
  { system: { fs }, store }: Here,
  located: LocatedManifest,
  source: Source,
): ObjectName {
  const { manifest } = located;
  let known = names.get(manifest);
  if (known === undefined) {
    known = new Map();
    names.set(manifest, known);
    const closed = privateSources(manifest.activations);
    for (const one of manifest.sources) {
      const options = { expected: one.id, isPrivate: closed.has(one.id) };
      known.set(one.id, store.nameOfTree(one.name, sourcePath(fs, located, one), options));
    }
  }
  return known.get(source.id)!;
}

/** Ids of sources that are only copied, to files that others may not read: they are private in the store, too. */
function privateSources(activations: readonly Activation[]): Set<string> {
  const closed = new Set<string>(), open = new Set<string>();
  for (const action of activations.flatMap(({ actions }) => actions)) {
    const hidden = action.kind === "copy" && action.mode !== null &&
      isPrivateMode({ kind: "file", mode: action.mode });
    for (const placeholder of placeholdersIn(JSON.stringify(action))) {
      (hidden ? closed : open).add(placeholder.slice(sourcePlaceholder("").length));
    }
  }
  return closed.difference(open);
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
  located: LocatedManifest,
): Map<string, string> {
  const { system: { fs }, store } = machine;
  const paths = new Map<string, string>();
  for (const source of located.manifest.sources) {
    const object = sourceObject(machine, located, source);
    if (!store.has(object)) paths.set(store.pathOf(object), sourcePath(fs, located, source));
  }
  return paths;
}

/** Copies into the store what activations name and what derivations are built from, as it was when the config was
 * evaluated.
 * @throws SysError of kind "store" when one is another by now */
export function storeSources(
  machine: Here,
  located: LocatedManifest,
  activations: readonly Activation[],
  derivations: readonly Derivation[],
): void {
  const { system: { fs }, store } = machine;
  const named = new Set(placeholdersIn(JSON.stringify(activations.map(({ actions }) => actions))));
  const built = new Set(derivations.flatMap(({ sources }) => sources));
  const closed = privateSources(located.manifest.activations);
  for (const source of located.manifest.sources) {
    if (!named.has(sourcePlaceholder(source.id)) && !built.has(source.id)) continue;
    if (store.has(sourceObject(machine, located, source))) continue;
    try {
      const options = { expected: source.id, isPrivate: closed.has(source.id) };
      store.addTree(source.name, sourcePath(fs, located, source), options);
    } catch (thrown) {
      if (!(thrown instanceof FsError) || thrown.code !== "ENOENT") throw thrown;
      throw new SysError("store", `Cannot store ${source.path}: it was there a moment ago`, {
        hint: "run the command again when nothing moves it away",
        cause: thrown,
      });
    }
  }
}
