/** Snapshots to write and read: empty ones, and large ones that share what they have in common. */
import { NOTHING } from "../../src/plan/wanted.ts";
import type { PathState, WantedPath } from "../../src/plan/types.ts";
import type { Snapshot, SnapshotNumber } from "../../src/snapshot/types.ts";

export function snapshot(number: number, details: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 1,
    number: number as SnapshotNumber,
    time: "2026-01-02T03:04:05.000Z",
    description: "apply",
    wanted: NOTHING,
    originals: {},
    settings: {},
    ran: [],
    config: { path: "/c/init.lua", source: null },
    lock: null,
    derivations: [],
    restores: null,
    tags: [],
    ...details,
  };
}

export function wantedPath(
  target: string,
  state: PathState,
  role: WantedPath["role"] = "link",
): WantedPath {
  return {
    path: `/h${target}`,
    target,
    role,
    state,
    pending: false,
    mutable: false,
    force: false,
    by: "x",
    place: { file: "init.lua", line: 3 },
  };
}

/** A path as `large` has them. */
export interface Declared {
  readonly id: number;
  /** What is in it. */
  readonly content: number;
  /** Line of the config; null for one without a place. */
  readonly line: number | null;
}

/** A snapshot of so many characters that it is not written whole, however few paths it has. */
export function large(number: number, paths: readonly Declared[], salt = ""): Snapshot {
  return snapshot(number, {
    description: `apply ${number}`,
    wanted: {
      ...NOTHING,
      paths: paths.map(({ id, content, line }) => ({
        ...wantedPath(`/f${id}`, { kind: "link", to: `/s/${content}-${"x".repeat(400)}` }),
        place: line === null ? null : { file: `init${id % 2}.lua`, line, column: 1 },
      })),
      env: { FILL: "y".repeat(17_000), SALT: salt },
    },
    originals: Object.fromEntries(paths.map(({ id }) => [`/h/f${id}`, { kind: "absent" }])),
    settings: { "defaults:a:b": null },
    ran: ["i"],
    derivations: [{ hash: "h", name: `n${salt}`, version: null, outputs: {} }],
  });
}
