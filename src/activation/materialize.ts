/** Takes what was bound, adds to the store what it needs, gives what is Wanted with nothing of it pending. */
import { SysError } from "../errors.ts";
import type { Wanted } from "../plan/types.ts";
import type { Store } from "../store/types.ts";
import type { FileSystem } from "../system/fs.ts";
import type { Bound } from "./scope.ts";
import { buildProfile } from "./profile.ts";

/**
 * Makes generated files and the profile objects. Does nothing for those that are there.
 * @throws SysError of kind "config" when two packages bring the same entry of the profile
 */
export function materialize(
  fs: FileSystem,
  store: Pick<
    Store,
    "addFiles" | "missing" | "pathOf" | "outputsOf" | "scratchPath" | "register" | "recordOutputs"
  >,
  { wanted, files, profile }: Bound,
): Wanted {
  store.addFiles(files);
  const object = profile === null || profile.length === 0 ? null : buildProfile(fs, store, profile);
  const paths = wanted.paths.map((path) =>
    path.role === "profile" && object !== null
      ? { ...path, state: { kind: "link" as const, to: store.pathOf(object) }, pending: false }
      : path
  );
  const pending = [...paths, ...wanted.runs, ...wanted.settings].find((one) => one.pending);
  if (pending) {
    throw new SysError("activation", `Cannot activate ${pending.by}: it needs what was not built`, {
      ...(pending.place ? { place: pending.place } : {}),
    });
  }
  const objects = new Set([...wanted.objects, ...(object === null ? [] : [object])]);
  for (const one of store.missing(objects)) {
    throw new SysError("activation", `Cannot activate: the object ${one} is not in the store`, {
      hint: "`sys store verify --repair` brings back what was lost",
    });
  }
  return { ...wanted, paths, objects: [...objects].sort() };
}
