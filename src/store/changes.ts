/** Takes an object, says which of its files were changed behind the store's back. */
import { SysError } from "../errors.ts";
import { FsError, type ReadFs } from "../system/mod.ts";
import { entryChanges } from "./entries.ts";
import { examine, fits } from "./identity.ts";
import { type Layout, objectPath } from "./layout.ts";
import type { ObjectName } from "./names.ts";
import type { ObjectRecord } from "./record.ts";

/** A file (or link) of an object that is not what it was when the object was made. */
export interface ChangedFile {
  readonly object: ObjectName;
  /** Absolute. The object's own path where it can't be told which of its files it is. */
  readonly path: string;
  readonly change: "changed" | "missing" | "new";
}

/**
 * Looks at an object of which this is recorded: by its seal, and only where that does not fit by its content, so
 * that an object whose times, permissions or inodes alone have changed counts as unchanged.
 */
export function changesOf(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
  record: ObjectRecord | null,
): ChangedFile[] {
  const path = objectPath(layout, object);
  const different = record === null ? [] : seenChanges(fs, path, record);
  if (record !== null && different.length === 0) return [];
  if (fs.lstat(path) === null) return [{ object, path, change: "missing" }];
  if (hasItsContent(fs, layout, object, record)) return [];
  const files = different.filter(({ kind }) => kind !== "dir")
    .map(({ below, change }) => ({ object, path: path + below, change }));
  return files.length > 0 ? files : [{ object, path, change: "changed" }];
}

/** @throws SysError of kind "store" where some of the object may not be looked at */
function seenChanges(fs: ReadFs, path: string, { entries }: ObjectRecord) {
  try {
    return entryChanges(fs, path, entries);
  } catch (thrown) {
    throw aboutClosed(path, thrown);
  }
}

function aboutClosed(path: string, thrown: unknown): unknown {
  if (!(thrown instanceof FsError && thrown.code === "EACCES")) return thrown;
  return new SysError("store", `Cannot look into ${path}: permission denied`, {
    hint: "`sys store verify --repair` gives what it has made its permissions again",
    cause: thrown,
  });
}

/**
 * Refuses to use objects that are not, with all that they refer to, what they were when they were made.
 * @param use what can't be done with them, as a verb: `activate`
 * @throws SysError of kind "store" that names each
 */
export function refuseChanged(
  store: { changed(objects: Iterable<ObjectName>): ChangedFile[] },
  objects: Iterable<ObjectName>,
  use: string,
): void {
  const [first, ...others] = store.changed(objects);
  if (first === undefined) return;
  const what = ({ object, path, change }: ChangedFile) =>
    path.endsWith(object) ? `it is ${change} in the store` : `${path} is ${change}`;
  throw new SysError("store", `Cannot ${use} ${first.object}: ${what(first)}`, {
    notes: others.map((other) => `${other.object}: ${what(other)}`),
    hint: "nothing was changed; `sys store verify --repair` makes it again",
  });
}

/** What can't be read has not got it, unless it only may not be read. */
function hasItsContent(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
  known: ObjectRecord | null,
): boolean {
  try {
    return fits(object, examine(fs, layout, object, known), known);
  } catch (thrown) {
    const about = aboutClosed(objectPath(layout, object), thrown);
    if (about === thrown && thrown instanceof SysError) return false;
    throw about;
  }
}
