/** Takes the sources of a Manifest, gives where they lie on this machine, and makes them objects. */
import { join } from "node:path";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { placeholdersIn, sourcePlaceholder } from "../manifest/placeholder.ts";
import type { Activation, Derivation, Source } from "../manifest/types.ts";
import type { TreeOptions } from "../store/add.ts";
import type { ObjectName } from "../store/names.ts";
import { isPrivate as isPrivateMode } from "../store/privacy.ts";
import { FsError, type ReadFs } from "../system/mod.ts";
import type { LocatedManifest } from "./evaluate.ts";

type Here = Pick<Machine, "system" | "store">;

/** The object that a source is, or will be. */
export function sourceObject(
  { system: { fs }, store }: Here,
  located: LocatedManifest,
  source: Source,
): ObjectName {
  const options = optionsFor(located.manifest.activations, source);
  return store.nameOfTree(source.name, sourcePath(fs, located, source), options);
}

/** What is only copied, to files that others may not read, is private in the store, too. */
function optionsFor(activations: readonly Activation[], { id }: Source): TreeOptions {
  const placeholder = sourcePlaceholder(id);
  const uses = activations.flatMap(({ actions }) => actions)
    .filter((action) => JSON.stringify(action).includes(placeholder));
  const isPrivate = uses.length > 0 &&
    uses.every((action) =>
      action.kind === "copy" && action.mode !== null &&
      isPrivateMode({ kind: "file", mode: action.mode })
    );
  return { expected: id, isPrivate };
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
 * located.
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
  for (const source of located.manifest.sources) {
    if (!named.has(sourcePlaceholder(source.id)) && !built.has(source.id)) continue;
    if (store.has(sourceObject(machine, located, source))) continue;
    try {
      const options = optionsFor(located.manifest.activations, source);
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
