/** Takes a Snapshot, writes it: a small one whole, a large one as what differs from a base that it shares with the
 * snapshots before it.
 *
 * A base is made when there is none, and when what was written since the last one has grown to its size: then all of it
 * together takes twice the space of the bases at most, and what differs stays small. */
import { sha256HexOf } from "../digest.ts";
import type { FileSystem } from "../system/fs.ts";
import { makeLastingFolders } from "../system/folders.ts";
import { piecesOf } from "../system/pieces.ts";
import { type BaseHash, formatBase } from "./base.ts";
import { countsOf } from "./counts.ts";
import { type Edits, editsBetween, type Lines, linesOf, mapLists } from "./edits.ts";
import { writeFlushed } from "./files.ts";
import { formatShared, formatSnapshot, sizeOfEdits } from "./format.ts";
import { snapshotFolder, snapshotPath } from "./history.ts";
import { LISTS, listsOf, type Rest } from "./lists.ts";
import { readBefore } from "./read_lines.ts";
import type { Counts, Snapshot } from "./types.ts";
import { writeBase } from "./write_base.ts";

/** Characters from which on a snapshot's lists are shared with others. */
const LARGE = 16_384;

/** Writes one, for its owner alone: it names commands and paths of private files. It is not current yet: its name is
 * flushed with that of the current one. */
export function recordSnapshot(fs: FileSystem, root: string, snapshot: Snapshot): void {
  makeLastingFolders(fs, snapshotFolder(root));
  const path = snapshotPath(root, snapshot.number);
  const lines = linesOf(listsOf(snapshot));
  const before = readBefore(fs, root, snapshot.number);
  const counts = before === "unreadable" ? undefined : countsOf(before, lines);
  const base = before === "unreadable" ? undefined : before?.base;
  if (sizeOf(lines) < LARGE) {
    return writeFlushed(fs, path, formatSnapshot(snapshot, counts), 0o600);
  }
  const rest = restOf(snapshot);
  const edits = base && editsBetween(base.lines, lines);
  const spent = base && edits ? base.spent + sizeOfEdits(edits) : 0;
  if (base && edits && spent <= base.size) {
    const text = formatShared({ rest, ...known(counts), base: base.hash, spent, edits });
    return writeFlushed(fs, path, text, 0o600);
  }
  writeWithBase(fs, root, { rest, lines, ...known(counts) });
}

/** Writes a base, and a snapshot that is the same. */
function writeWithBase(
  fs: FileSystem,
  root: string,
  { rest, lines, counts }: { readonly rest: Rest; readonly lines: Lines; readonly counts?: Counts },
): void {
  const content = formatBase(lines);
  const base = sha256HexOf(piecesOf(content)) as BaseHash;
  // It is on the disk before anything names it. Where that never happens, undoing the apply removes it.
  writeBase(fs, root, base, content);
  const lists = mapLists((name) => {
    const { length } = lines[name];
    return length === 0 ? [] : [{ keep: [0, length] as const }];
  });
  const edits: Edits<string> = { moves: [], lists };
  const text = formatShared({ rest, ...known(counts), base, spent: 0, edits });
  writeFlushed(fs, snapshotPath(root, rest.number), text, 0o600);
}

function sizeOf(lines: Lines): number {
  return LISTS.reduce((sum, name) => lines[name].reduce((all, { length }) => all + length, sum), 0);
}

function restOf(snapshot: Snapshot): Rest {
  const { wanted: _w, originals: _o, settings: _s, ran: _r, derivations: _d, ...rest } = snapshot;
  return rest;
}

function known(counts: Counts | undefined): { readonly counts?: Counts } {
  return counts === undefined ? {} : { counts };
}
