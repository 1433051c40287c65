/** Takes snapshots, gives what has to stay in the store, each with the name of what needs it. */
import { journalContents } from "../activation/journal.ts";
import type { Machine } from "../machine/open.ts";
import { originalContents } from "../snapshot/originals.ts";
import type { Snapshot, SnapshotNumber } from "../snapshot/types.ts";
import { type ObjectName, objectsIn } from "../store/names.ts";
import type { NamedRoot } from "../store/why.ts";
import { FsError, type ReadFs } from "../system/fs.ts";

type Here = Pick<Machine, "system" | "root">;

/** What snapshots, originals that are set aside and an interrupted apply need. */
export function neededBy(
  { system: { fs }, root }: Here,
  snapshots: readonly Snapshot[],
  current: SnapshotNumber | null,
): NamedRoot[] {
  return [
    ...snapshots.map((snapshot) => ({
      name: `snapshot ${snapshot.number}${snapshot.number === current ? " (current)" : ""}`,
      objects: objectsOf(snapshot),
    })),
    { name: "sys originals", objects: objectsIn(originalContents(fs, root)) },
    { name: "an interrupted apply", objects: objectsIn(journalContents(fs, root)) },
  ];
}

/** What links lead to that lie where snapshots have theirs. As a rule that is what the current one needs; where that
 * was damaged and is set aside, it is what is in use. */
export function inUse({ system: { fs } }: Here, snapshots: readonly Snapshot[]): NamedRoot[] {
  const paths = new Set(
    snapshots.flatMap(({ wanted }) => wanted.paths.map(({ path }) => path)),
  );
  return [...paths].flatMap((path) => {
    const objects = objectsIn(targetOf(fs, path));
    return objects.length === 0 ? [] : [{ name: path, objects }];
  });
}

/** Nothing where no link is, or where it may not be looked at. */
function targetOf(fs: ReadFs, path: string): string[] {
  try {
    return fs.lstat(path)?.kind === "link" ? [fs.readLink(path)] : [];
  } catch (thrown) {
    if (thrown instanceof FsError) return [];
    throw thrown;
  }
}

/** Every object that a snapshot needs: to be gone back to, and to give back what was there before. Of what was built
 * that is what it uses, with what this refers to. */
function objectsOf(snapshot: Snapshot): ObjectName[] {
  const originals = Object.values(snapshot.originals).flatMap((state) =>
    state.kind === "file" && state.content !== undefined ? objectsIn([state.content]) : []
  );
  return [
    ...snapshot.wanted.objects,
    ...originals,
    ...(snapshot.config.source === null ? [] : [snapshot.config.source]),
  ];
}
