/** The format of `snapshots/<n>.json`: a Snapshot (see `types.ts`) as JSON, keys in the order given there, ended
 * by a newline. `version` is 1; a file of a later version is refused, since what it says can't be guessed. */
import { SysError } from "../errors.ts";
import {
  anything,
  byKind,
  either,
  fields,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  type Shape,
  table,
  text,
  whole,
} from "./shape.ts";
import type { Snapshot, SnapshotNumber } from "./types.ts";

/** The version that this program writes. */
export const VERSION = 1;

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

const wanted = fields({
  paths: list(fields({
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
  })),
  runs: list(fields({
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
  })),
  services: list(fields({
    name: text,
    user: flag,
    account,
    unit: text,
    digest: text,
    order: whole,
    by: text,
    place,
  })),
  settings: list(fields({
    kind: text,
    key: text,
    value: anything,
    account,
    pending: optional(flag),
    by: text,
    place,
  })),
  env: table(text),
  objects: list(text),
});

const snapshot = fields({
  version: whole,
  number: whole,
  time: text,
  description: text,
  wanted,
  originals: table(pathState),
  settings: table(anything),
  ran: list(text),
  config: fields({ path: nullable(text), source: nullable(text) }),
  lock: anything,
  derivations: list(fields({
    hash: text,
    name: text,
    version: nullable(text),
    outputs: table(text),
  })),
  restores: nullable(whole),
  tags: list(text),
});

/** Writes a snapshot as text. */
export function formatSnapshot(value: Snapshot): string {
  return JSON.stringify(value) + "\n";
}

/**
 * Reads one.
 * @param path for messages
 * @throws SysError of kind "snapshot" when it is damaged, or of a version that this program does not know
 */
export function parseSnapshot(content: string, path: string, number: SnapshotNumber): Snapshot {
  const refuse = (why: string, hint: string) =>
    new SysError("snapshot", `Cannot read snapshot ${number}: ${why}`, { hint });
  const mend = `it is ${path}; \`sys repair\` sets it aside, and other snapshots still work`;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw refuse("it is damaged (no JSON)", mend);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > VERSION) {
    throw refuse(
      `its format is version ${version}, and this sys knows up to ${VERSION}`,
      "a newer sys wrote it; `sys upgrade` gets one that reads it",
    );
  }
  const wrong = version === VERSION ? snapshot(value) : ".version: is none that ever was";
  if (wrong !== null) throw refuse(`it is damaged (${wrong.replace(/^\./, "")})`, mend);
  const read = value as Snapshot;
  if (read.number !== number) {
    throw refuse(`it is damaged (it calls itself number ${read.number})`, mend);
  }
  return read;
}
