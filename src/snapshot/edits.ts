/** What makes one list of entries from another: entries that are kept, and entries that are new. */
import type { WantedPath } from "../plan/types.ts";
import { type ListName, LISTS, type Lists } from "./lists.ts";
import { follower, type Move, movesBetween, type Placed, placed, unplaced } from "./places.ts";

/** The texts of all entries, list by list: each is JSON on one line. */
export type Lines = Readonly<Record<ListName, readonly string[]>>;

/** Entries of the base, from one up to another which is not among them; or others. */
export type Edit<E> = { readonly keep: readonly [number, number] } | { readonly add: readonly E[] };

/** What makes the lists of a snapshot from those of its base. */
export interface Edits<E> {
  /** Where the lines of the config have gone since. */
  readonly moves: readonly Move[];
  readonly lists: Readonly<Partial<Record<ListName, readonly Edit<E>[]>>>;
}

/** Lists whose entries name the place in the config that they come from. */
const PLACED: ReadonlySet<ListName> = new Set(["paths", "runs", "services", "settings"]);

/** The texts of lists. The place of an entry comes last, so that it can be told from the rest. */
export function linesOf(lists: Lists): Lines {
  return mapLists((name) =>
    PLACED.has(name)
      ? (lists[name] as readonly WantedPath[]).map(placedLast)
      : lists[name].map((entry) => JSON.stringify(entry))
  );
}

function placedLast(entry: WantedPath): string {
  const text = JSON.stringify(entry);
  if (!entry.place || placed(text).at !== null) return text;
  const { place, ...others } = entry;
  const { file, line, ...more } = place;
  return JSON.stringify({ ...others, place: { file, line, ...more } });
}

/** Finds what makes lists from others. */
export function editsBetween(base: Lines, lines: Lines): Edits<string> {
  const found = mapLists((name) => findIn(base[name], lines[name]));
  if (LISTS.some((name) => PLACED.has(name) && isMoved(base[name], lines[name], found[name]))) {
    return movedBetween(base, lines);
  }
  return { moves: [], lists: mapLists((name) => editsOf(found[name], lines[name])) };
}

/** Where texts are among others; -1 for one that is not. */
function findIn(base: readonly string[], lines: readonly string[]): number[] {
  const index = new Map(base.map((line, n) => [line, n]));
  return lines.map((line) => index.get(line) ?? -1);
}

/** Whether a text that is new was there with another line of the config. */
function isMoved(
  base: readonly string[],
  lines: readonly string[],
  found: readonly number[],
): boolean {
  const added = lines.filter((_, n) => found[n] < 0);
  if (added.length === 0) return false;
  const stays = new Set(found);
  const gone = base.filter((_, n) => !stays.has(n));
  const keys = new Set(gone.map((line) => placed(line).key));
  return added.some((line) => keys.has(placed(line).key));
}

/** The same where lines of the config have gone elsewhere. */
function movedBetween(base: Lines, lines: Lines): Edits<string> {
  const before = mapLists((name) => split(name, base[name]));
  const after = mapLists((name) => split(name, lines[name]));
  const found = mapLists((name) =>
    findIn(before[name].map(({ key }) => key), after[name].map(({ key }) => key))
  );
  const moves = movesBetween(LISTS.flatMap((name) =>
    found[name].flatMap((from, n) => {
      const at = before[name][from]?.at, to = after[name][n].at;
      return at && to ? [{ file: at.file, from: at.line, to: to.line }] : [];
    })
  ));
  const follow = follower(moves);
  const lists = mapLists((name) => {
    const kept = found[name].map((from, n) => {
      const at = before[name][from]?.at ?? null;
      return at === null || follow(at.file, at.line) === after[name][n].at!.line ? from : -1;
    });
    return editsOf(kept, lines[name]);
  });
  return { moves, lists };
}

function editsOf(found: readonly number[], lines: readonly string[]): Edit<string>[] {
  const edits: Edit<string>[] = [];
  for (const [n, from] of found.entries()) append(edits, from < 0 ? lines[n] : from);
  return edits;
}

function append(edits: Edit<string>[], entry: number | string): void {
  const last = edits.at(-1);
  if (typeof entry === "string") {
    if (last && "add" in last) (last.add as string[]).push(entry);
    else edits.push({ add: [entry] });
  } else if (last && "keep" in last && last.keep[1] === entry) {
    (last.keep as [number, number])[1]++;
  } else edits.push({ keep: [entry, entry + 1] });
}

/** The texts that edits make from those of their base. @throws Damage */
export function editedLines(base: Lines, { moves, lists }: Edits<unknown>): Lines {
  const follow = follower(moves);
  const moved = (line: string) => {
    const { key, at } = placed(line);
    return at === null ? line : unplaced({ key, at: { ...at, line: follow(at.file, at.line) } });
  };
  return mapLists((name) =>
    edited(base[name], lists[name] ?? [], {
      kept: moves.length > 0 && PLACED.has(name) ? moved : null,
      added: (entry) => JSON.stringify(entry),
    })
  );
}

/** The entries that edits make from those of their base. @throws Damage */
export function editedLists(base: Lists, { moves, lists }: Edits<unknown>): Lists {
  const follow = follower(moves);
  const moved = (entry: unknown) => {
    const { place } = entry as WantedPath;
    if (!place) return entry;
    const line = follow(place.file, place.line);
    return line === place.line ? entry : { ...entry as WantedPath, place: { ...place, line } };
  };
  return mapLists((name) =>
    edited<unknown>(base[name], lists[name] ?? [], {
      kept: moves.length > 0 && PLACED.has(name) ? moved : null,
      added: (entry) => entry,
    })
  ) as unknown as Lists;
}

/** A range of so many entries. @throws Damage when there are not as many */
export function rangeIn(keep: readonly [number, number], length: number): [number, number] {
  const [from, to] = keep;
  if (from >= to || to > length) throw new Damage("it keeps more than its base has");
  return [from, to];
}

/** Why what snapshots share can't be used. */
export class Damage extends Error {
  override readonly name = "Damage";
}

interface Editing<E> {
  /** What becomes of a kept one; null when it stays as it is. */
  readonly kept: ((entry: E) => E) | null;
  readonly added: (entry: unknown) => E;
}

function edited<E>(
  base: readonly E[],
  edits: readonly Edit<unknown>[],
  { kept, added }: Editing<E>,
): readonly E[] {
  const result: E[] = [];
  for (const edit of edits) {
    if ("add" in edit) {
      for (const entry of edit.add) result.push(added(entry));
      continue;
    }
    const [from, to] = rangeIn(edit.keep, base.length);
    if (kept === null && from === 0 && to === base.length && edits.length === 1) return base;
    for (let n = from; n < to; n++) result.push(kept === null ? base[n] : kept(base[n]));
  }
  return result;
}

/** The same edits with the texts of what they add. */
export function asTexts({ moves, lists }: Edits<unknown>): Edits<string> {
  const text = (edit: Edit<unknown>) =>
    "add" in edit ? { add: edit.add.map((entry) => JSON.stringify(entry)) } : edit;
  return { moves, lists: mapLists((name) => (lists[name] ?? []).map(text)) };
}

function split(name: ListName, lines: readonly string[]): readonly Placed[] {
  return PLACED.has(name) ? lines.map(placed) : lines.map((key) => ({ key, at: null }));
}

/** Makes something of each list. */
export function mapLists<T>(make: (name: ListName) => T): Record<ListName, T> {
  return Object.fromEntries(LISTS.map((name) => [name, make(name)])) as Record<ListName, T>;
}
