/** The format of `snapshots/<n>.json`: JSON, ended by a newline. A file of a later version than those below is refused,
 * since what it says can't be guessed.
 *
 * Version 1 is a Snapshot (see `types.ts`) whole. Version 2, for large ones, has in place of the lists (`lists.ts`) what
 * makes them from those of a base (`base.ts`) that it shares with others:
 *
 *     {"version":2,"number":7,"time":"…","description":"apply","config":{…},"lock":…,"restores":null,"tags":[],
 *     "base":"<hash>","spent":1234,"moves":[["init.lua",12,1]],"lists":{
 *     "paths":[{"keep":[0,531]},
 *     {"add":[{"path":"/home/maria/.vimrc", …}]},
 *     {"keep":[532,10000]}],
 *     …}}
 *
 * `keep` is a range of the base's entries without its end, `moves` says where the lines of the config have gone that
 * these name (`places.ts`), `spent` how many characters all snapshots since the base have taken for `lists`.
 * In both versions `counts` may say how many things differ from the snapshot before. */
import { SysError } from "../errors.ts";
import {
  anything,
  byKind,
  either,
  fields,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  type Shape,
  table,
  text,
  tuple,
  whole,
} from "./shape.ts";
import { type BaseHash, isBaseHash } from "./base.ts";
import { type Edits, mapLists } from "./edits.ts";
import { type ListName, LISTS, type Rest } from "./lists.ts";
import type { Counts, Snapshot, SnapshotNumber } from "./types.ts";

/** The newest version that this program knows. */
export const VERSION = 2;

/** What a file says of a snapshot: all of it, or what differs from a base. */
export type Stored =
  | { readonly snapshot: Snapshot; readonly counts?: Counts }
  | Shared;

/** A snapshot that shares a base with others. */
export interface Shared {
  readonly rest: Rest;
  readonly counts?: Counts;
  readonly base: BaseHash;
  readonly spent: number;
  readonly edits: Edits<unknown>;
}

const owner = fields({ uid: whole, gid: whole });
const account = optional(fields({ name: text, home: text }));
const place = nullable(fields({ file: text, line: whole }));

const kept = optional(
  fields({
    number: optional(whole),
    held: optional(text),
    uid: whole,
    gid: whole,
    mtime: whole,
  }),
);

/** A state of a path. */
export const pathState: Shape = byKind({
  absent: fields({ owner: optional(owner) }),
  link: fields({ to: text, kept }),
  file: fields({
    digest: text,
    mode: whole,
    owner: optional(owner),
    content: optional(text),
    kept,
  }),
  dir: fields({ mode: whole, kept }),
  other: fields({}),
});

/** The shape of an entry of each list. */
const entries: Readonly<Record<ListName, Shape>> = {
  paths: fields({
    path: text,
    target: text,
    role: text,
    state: pathState,
    pending: flag,
    mutable: flag,
    force: flag,
    owner: optional(owner),
    by: text,
    place,
  }),
  runs: fields({
    id: text,
    command: either(text, list(text)),
    check: nullable(text),
    undo: nullable(text),
    on: oneOf("change", "always"),
    account,
    pending: flag,
    order: whole,
    by: text,
    place,
  }),
  services: fields({
    name: text,
    user: flag,
    account,
    unit: text,
    digest: text,
    order: whole,
    by: text,
    place,
  }),
  settings: fields({
    kind: text,
    key: text,
    value: anything,
    account,
    pending: optional(flag),
    by: text,
    place,
  }),
  env: tuple(text, text),
  objects: text,
  originals: tuple(text, pathState),
  former: tuple(text, anything),
  ran: text,
  derivations: fields({ hash: text, name: text, version: nullable(text), outputs: table(text) }),
};

const rest = {
  version: whole,
  number: whole,
  time: text,
  description: text,
  config: fields({ path: nullable(text), source: nullable(text) }),
  lock: anything,
  restores: nullable(whole),
  tags: list(text),
  counts: optional(
    fields({ things: whole, since: nullable(whole), added: whole, removed: whole }),
  ),
};

const snapshot = fields({
  ...rest,
  wanted: fields({
    paths: list(entries.paths),
    runs: list(entries.runs),
    services: list(entries.services),
    settings: list(entries.settings),
    env: table(text),
    objects: list(entries.objects),
  }),
  originals: table(pathState),
  settings: table(anything),
  ran: list(entries.ran),
  derivations: list(entries.derivations),
});

const shared = fields({
  ...rest,
  base: (value) => typeof value === "string" && isBaseHash(value) ? null : ": is no hash",
  spent: whole,
  moves: list(tuple(text, whole, integer)),
  lists: fields(
    mapLists((name) =>
      list(either(fields({ keep: tuple(whole, whole) }), fields({ add: list(entries[name]) })))
    ),
  ),
});

/** Writes a snapshot whole. */
export function formatSnapshot(value: Snapshot, counts?: Counts): string {
  return JSON.stringify({ ...value, ...(counts ? { counts } : {}) }) + "\n";
}

/** Writes one that shares a base; the entries that it adds are texts. */
export function formatShared(
  { rest, counts, base, spent, edits: { moves, lists } }: Shared & {
    readonly edits: Edits<string>;
  },
): string {
  const head = JSON.stringify({ ...rest, version: 2, ...(counts ? { counts } : {}) });
  const edits = LISTS.map((name) => `"${name}":[${formatEdits(lists[name] ?? [])}]`);
  return `${head.slice(0, -1)},\n"base":"${base}","spent":${spent},` +
    `"moves":${JSON.stringify(moves)},"lists":{\n${edits.join(",\n")}}}\n`;
}

function formatEdits(edits: NonNullable<Edits<string>["lists"][ListName]>): string {
  return edits.map((edit) =>
    "add" in edit ? `{"add":[${edit.add.join(",\n")}]}` : JSON.stringify(edit)
  ).join(",\n");
}

/** How many characters edits take. */
export function sizeOfEdits({ moves, lists }: Edits<string>): number {
  return LISTS.reduce((sum, name) => sum + formatEdits(lists[name] ?? []).length, 0) +
    JSON.stringify(moves).length;
}

/**
 * Reads what a file says.
 * @param path for messages
 * @throws SysError of kind "snapshot" when it is damaged, or of a version that this program does not know
 */
export function parseStored(content: string, path: string, number: SnapshotNumber): Stored {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw damaged(number, path, "no JSON");
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > VERSION) {
    throw new SysError(
      "snapshot",
      `Cannot read snapshot ${number}: its format is version ${version}, and this sys knows up to ${VERSION}`,
      { hint: "a newer sys wrote it; `sys upgrade` gets one that reads it" },
    );
  }
  const wrong = version === 1
    ? snapshot(value)
    : version === 2
    ? shared(value)
    : ".version: is none that ever was";
  if (wrong !== null) throw damaged(number, path, wrong.replace(/^\./, ""));
  const read = value as Snapshot & Shared & Shared["edits"];
  if (read.number !== number) throw damaged(number, path, `it calls itself number ${read.number}`);
  const { counts, base, spent, moves, lists, ...others } = read;
  const known = counts === undefined ? {} : { counts };
  if (version === 1) return { snapshot: others, ...known };
  return { rest: { ...others, version: 1 }, ...known, base, spent, edits: { moves, lists } };
}

/** What is thrown for a snapshot that can't be read, and never will be. */
export function damaged(number: SnapshotNumber, path: string, why: string): SysError {
  return new SysError("snapshot", `Cannot read snapshot ${number}: it is damaged (${why})`, {
    hint: `it is ${path}; \`sys repair\` sets it aside, and other snapshots still work`,
  });
}
