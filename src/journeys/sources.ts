/** Takes the sources of a Manifest, gives where they lie on this machine, and makes them objects. */
import { join } from "node:path";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { placeholdersIn, sourcePlaceholder } from "../manifest/placeholder.ts";
import type { Activation, Derivation, Source } from "../manifest/types.ts";
import { type ObjectName, objectName } from "../store/names.ts";
import { FsError, type ReadFs } from "../system/mod.ts";
import type { LocatedManifest } from "./evaluate.ts";

/** The object that a source is, or will be. */
export function sourceObject({ id, name }: Pick<Source, "id" | "name">): ObjectName {
  return objectName(name, null, id);
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
  { system: { fs }, store }: Pick<Machine, "system" | "store">,
  located: LocatedManifest,
): Map<string, string> {
  const paths = new Map<string, string>();
  for (const source of located.manifest.sources) {
    const object = sourceObject(source);
    if (!store.has(object)) paths.set(store.pathOf(object), sourcePath(fs, located, source));
  }
  return paths;
}

/** Copies into the store what activations name and what derivations are built from, as it was when the config was
 * evaluated.
 * @throws SysError of kind "store" when one is another by now */
export function storeSources(
  { system: { fs }, store }: Pick<Machine, "system" | "store">,
  located: LocatedManifest,
  activations: readonly Activation[],
  derivations: readonly Derivation[],
): void {
  const named = new Set(placeholdersIn(JSON.stringify(activations.map(({ actions }) => actions))));
  const built = new Set(derivations.flatMap(({ sources }) => sources));
  for (const source of located.manifest.sources) {
    if (!named.has(sourcePlaceholder(source.id)) && !built.has(source.id)) continue;
    if (store.has(sourceObject(source))) continue;
    try {
      store.addTree(source.name, sourcePath(fs, located, source), source.id);
    } catch (thrown) {
      if (!(thrown instanceof FsError) || thrown.code !== "ENOENT") throw thrown;
      throw new SysError("store", `Cannot store ${source.path}: it was there a moment ago`, {
        hint: "run the command again when nothing moves it away",
        cause: thrown,
      });
    }
  }
}
