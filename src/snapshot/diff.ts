/** Takes two snapshots, gives what differs between them, for people and scripts. */
import { describeState, sameState } from "../plan/state.ts";
import type { PathState, WantedPath } from "../plan/types.ts";
import type { ObjectName } from "../store/names.ts";
import type { ReadFs } from "../system/fs.ts";
import type { Snapshot, SnapshotNumber } from "./types.ts";

/** Bytes of a file above which its content is not compared line by line. */
const LARGE = 1 << 20;

/** Lines that may differ; above that a diff helps nobody, and takes long to find. */
const EDITS = 5000;

export interface PackageChange {
  readonly name: string;
  /** Versions; null where it was not, or is no more; "" for one without a version. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface FileChange {
  readonly target: string;
  readonly op: "create" | "update" | "remove";
  /** Unified diff of the contents, where both are texts. */
  readonly diff?: string;
  /** What it was and is, where there is no diff to show. */
  readonly from?: string;
  readonly to?: string;
}

/** A name whose value differs. */
export interface ValueChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface SnapshotDiff {
  readonly version: 1;
  readonly from: SnapshotNumber;
  readonly to: SnapshotNumber;
  readonly packages: readonly PackageChange[];
  readonly files: readonly FileChange[];
  readonly env: readonly ValueChange[];
  readonly services: readonly {
    readonly name: string;
    readonly op: "create" | "update" | "remove";
  }[];
  /** Objects that only one of them needs. */
  readonly objects: {
    readonly added: readonly ObjectName[];
    readonly removed: readonly ObjectName[];
  };
}

/**
 * Compares. The line differ is loaded only when contents differ.
 * @param fs to read contents with; what is gone from the store is told without a diff
 */
export async function diffSnapshots(
  fs: ReadFs,
  from: Snapshot,
  to: Snapshot,
): Promise<SnapshotDiff> {
  return {
    version: 1,
    from: from.number,
    to: to.number,
    packages: diffPackages(from, to),
    files: await diffFiles(fs, from.wanted.paths, to.wanted.paths),
    env: diffValues(from.wanted.env, to.wanted.env),
    services: diffServices(from, to),
    objects: {
      added: without(to.wanted.objects, from.wanted.objects),
      removed: without(from.wanted.objects, to.wanted.objects),
    },
  };
}

function diffPackages(from: Snapshot, to: Snapshot): PackageChange[] {
  const versions = (snapshot: Snapshot) => {
    const found = new Map<string, { version: string; hash: string }>();
    // One name may stand for several derivations.
    for (const { name, version, hash } of snapshot.derivations) {
      const other = found.get(name);
      const all = [other?.version, version].filter((one) => one).join(", ");
      found.set(name, { version: all, hash: `${other?.hash ?? ""} ${hash}` });
    }
    return found;
  };
  const before = versions(from), after = versions(to);
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const a = before.get(name), b = after.get(name);
    // The same version built another way is a change too.
    if (a?.hash === b?.hash) return [];
    return [{ name, from: a?.version ?? null, to: b?.version ?? null }];
  });
}

async function diffFiles(
  fs: ReadFs,
  from: readonly WantedPath[],
  to: readonly WantedPath[],
): Promise<FileChange[]> {
  const before = new Map(from.map((path) => [path.path, path]));
  const after = new Map(to.map((path) => [path.path, path]));
  const changes: FileChange[] = [];
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const a = before.get(path), b = after.get(path);
    const role = (b ?? a)?.role;
    // What these hold is told as packages and variables.
    if (role === "profile" || role === "shell") continue;
    if (a && b && sameState(a.state, b.state)) continue;
    const target = (b ?? a)?.target ?? path;
    const op = !a ? "create" : !b ? "remove" : "update";
    changes.push({ target, op, ...await compare(fs, target, a?.state, b?.state) });
  }
  return changes;
}

async function compare(
  fs: ReadFs,
  target: string,
  from: PathState | undefined,
  to: PathState | undefined,
): Promise<Partial<FileChange>> {
  const words = {
    ...(from ? { from: describeState(from) } : {}),
    ...(to ? { to: describeState(to) } : {}),
  };
  const a = from ? textOf(fs, from) : "", b = to ? textOf(fs, to) : "";
  if (a === null || b === null || a === b) return words;
  const { createTwoFilesPatch } = await import("diff");
  const diff = createTwoFilesPatch(
    from ? target : "/dev/null",
    to ? target : "/dev/null",
    a,
    b,
    undefined,
    undefined,
    { context: 3, maxEditLength: EDITS },
  );
  if (diff === undefined) return words;
  return { ...words, diff: diff.replace(/^Index:[^]*?\n=+\n/, "") };
}

/** Text that a state holds or leads to; null where it is no text, or cannot be had. */
function textOf(fs: ReadFs, state: PathState): string | null {
  const path = state.kind === "link" ? state.to : state.kind === "file" ? state.content : undefined;
  if (path === undefined) return null;
  const info = fs.lstat(path);
  if (info?.kind !== "file" || info.size > LARGE) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(fs.readFile(path));
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

function diffValues(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): ValueChange[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
    .filter((name) => from[name] !== to[name])
    .map((name) => ({ name, from: from[name] ?? null, to: to[name] ?? null }));
}

function diffServices(from: Snapshot, to: Snapshot): SnapshotDiff["services"] {
  const before = new Map(from.wanted.services.map((one) => [one.name, one.digest]));
  const after = new Map(to.wanted.services.map((one) => [one.name, one.digest]));
  return [...new Set([...before.keys(), ...after.keys()])].sort()
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({
      name,
      op: !before.has(name) ? "create" : !after.has(name) ? "remove" : "update",
    }));
}

function without(some: readonly ObjectName[], others: readonly ObjectName[]): ObjectName[] {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
}
