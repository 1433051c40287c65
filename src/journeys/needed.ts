/** Takes snapshots, gives what has to stay in the store, each with the name of what needs it. */
import { journalContents } from "../activation/journal.ts";
import type { Machine } from "../machine/open.ts";
import { originalContents } from "../snapshot/originals.ts";
import type { PathState } from "../plan/types.ts";
import { Bases } from "../snapshot/base.ts";
import { visitEntries } from "../snapshot/entries.ts";
import { readLists, snapshotNumbers } from "../snapshot/history.ts";
import type { Lists, Rest } from "../snapshot/lists.ts";
import type { SnapshotNumber } from "../snapshot/types.ts";
import { type ObjectName, objectsIn } from "../store/names.ts";
import type { NamedRoot } from "../store/why.ts";
import { FsError, type ReadFs } from "../system/fs.ts";

type Here = Pick<Machine, "system" | "root">;

/** What each snapshot needs, the oldest first. @throws SysError of kind "snapshot" when one can't be read */
export function* snapshotNeeds(
  { system: { fs }, root }: Here,
): Generator<{ readonly number: SnapshotNumber; readonly objects: readonly ObjectName[] }, void> {
  const bases = new Bases(fs, root);
  for (const number of snapshotNumbers(fs, root)) {
    const { rest, lists } = readLists(fs, root, number, bases);
    yield { number, objects: objectsOf(rest, lists) };
  }
}

/** What all snapshots but some need together, and where any of them has something. */
export function allNeeds(
  { system: { fs }, root }: Here,
  without: ReadonlySet<SnapshotNumber> = new Set(),
): { readonly objects: readonly ObjectName[]; readonly paths: ReadonlySet<string> } {
  const objects = new Set<ObjectName>(), paths = new Set<string>();
  visitEntries(fs, root, {
    snapshot({ number, config: { source } }) {
      if (without.has(number)) return ["paths"];
      if (source !== null) objects.add(source);
      return ["paths", "objects", "originals"];
    },
    entry(list, entry) {
      if (list === "paths") paths.add((entry as Lists["paths"][number]).path);
      if (list === "objects") objects.add(entry as ObjectName);
      if (list !== "originals") return;
      const [, state] = entry as Lists["originals"][number];
      for (const object of contentOf(state)) objects.add(object);
    },
  });
  return { objects: [...objects], paths };
}

/** What originals that are set aside and an interrupted apply need. */
export function neededBesides({ system: { fs }, root }: Here): NamedRoot[] {
  return [
    { name: "sys originals", objects: objectsIn(originalContents(fs, root)) },
    { name: "an interrupted apply", objects: objectsIn(journalContents(fs, root)) },
  ];
}

/** What links lead to that lie where snapshots have theirs. As a rule that is what the current one needs; where that
 * was damaged and is set aside, it is what is in use. */
export function inUse({ system: { fs } }: Here, paths: ReadonlySet<string>): NamedRoot[] {
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
function objectsOf({ config }: Rest, { objects, originals }: Lists): ObjectName[] {
  const contents = originals.flatMap(([, state]) => contentOf(state));
  return [...objects, ...contents, ...(config.source === null ? [] : [config.source])];
}

/** The object that an original's content lies in. */
function contentOf(state: PathState): ObjectName[] {
  return state.kind === "file" && state.content !== undefined ? objectsIn([state.content]) : [];
}
