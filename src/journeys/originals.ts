/** Takes numbers of originals, gives what was set aside: to look at, to put back, to let go. */
import { dirname } from "node:path/posix";
import { tidyHeldFolders } from "../activation/hold.ts";
import { stateAt } from "../activation/observe.ts";
import { asTheirUsers } from "../activation/their_files.ts";
import { perform } from "../activation/perform.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { ABSENT, sameState } from "../plan/state.ts";
import type { PathState, Plan } from "../plan/types.ts";
import { NOTHING } from "../plan/wanted.ts";
import { readCurrent } from "../snapshot/history.ts";
import {
  chooseOriginal,
  heldOf,
  type Original,
  readOriginals,
  removeOriginals,
} from "../snapshot/originals.ts";
import { removeTree } from "../store/remove.ts";

export type { Original } from "../snapshot/originals.ts";

type Here = Pick<Machine, "system" | "root">;

/** An original with what can be said of it now. */
export interface ListedOriginal extends Original {
  /** Nothing whole is left of its content. */
  readonly lost: boolean;
}

/** All of them, the oldest first. */
export async function listOriginals({ system, root }: Here): Promise<ListedOriginal[]> {
  const fs = await asTheirUsers(system.fs, root, []);
  return readOriginals(fs, root).originals.map((one) => ({ ...one, lost: isLost(fs, root, one) }));
}

/** One, with its content where it is a file of which something is left. */
export async function showOriginal(
  { system, root }: Here,
  named: string,
): Promise<{ readonly original: ListedOriginal; readonly content: Uint8Array | null }> {
  const fs = await asTheirUsers(system.fs, root, []);
  const original = chooseOriginal(fs, root, named);
  const lost = isLost(fs, root, original);
  const place = placeOf(fs, root, original);
  return { original: { ...original, lost }, content: place === null ? null : fs.readFile(place) };
}

/** What came of putting one back. */
export interface RestoredOriginal {
  readonly original: Original;
  /** Where it lies now. */
  readonly path: string;
  /** What was there before, and was set aside for it. */
  readonly kept: readonly Original[];
}

/**
 * Puts one back where it was, or elsewhere; what lies there is set aside. Call it with the exclusive lock held.
 * @throws SysError of kind "activation" where sys.lua manages the path, or it can't be written
 */
export async function restoreOriginal(
  machine: Machine,
  named: string,
  to: string | undefined,
  signal: AbortSignal,
): Promise<RestoredOriginal> {
  const { system, store, root, adapters } = machine;
  const original = chooseOriginal(system.fs, root, named);
  const path = to ?? original.path;
  const provenance = {
    description: `originals restore ${original.number}`,
    config: { path: null, source: null },
    lock: null,
    derivations: [],
    restores: null,
  };
  try {
    const plan = await planToRestore(machine, original, path);
    const wanted = NOTHING;
    const { kept } = await perform(system, store, {
      root,
      plan,
      wanted,
      provenance,
      adapters,
      signal,
    });
    return { original, path, kept };
  } finally {
    await system.fs.dismiss();
  }
}

/** One step. @throws SysError of kind "activation" where it can't be done */
async function planToRestore(machine: Machine, original: Original, path: string): Promise<Plan> {
  const { system: { fs }, root } = machine;
  const reached = await asTheirUsers(fs, root, [{ path }]);
  refuse({ ...machine, system: { ...machine.system, fs: reached } }, original, path);
  const before = stateAt(reached, path);
  const { held: _held, number: _number, ...details } = original.state.kept;
  // Elsewhere it is a copy, and the original stays what it is.
  const after: PathState = path === original.path
    ? original.state
    : { ...original.state, kept: details };
  return {
    version: 1,
    realize: [],
    actions: [],
    steps: [{ kind: "path", path, before, after, by: "originals" }],
    backups: before.kind === "absent" || sameState(before, after) ? [] : [path],
    unmanaged: [],
    blocked: [],
    lost: [],
    originals: readCurrent(fs, root)?.originals ?? {},
    settings: {},
    changes: false,
  };
}

function refuse({ system: { fs }, root }: Machine, original: Original, path: string): void {
  const { number } = original;
  const no = (why: string, hint: string) => {
    throw new SysError("activation", `Cannot restore original ${number} to ${path}: ${why}`, {
      hint,
    });
  };
  const elsewhere = `\`sys originals restore ${number} <path>\` puts it elsewhere`;
  if (readCurrent(fs, root)?.wanted.paths.some((managed) => managed.path === path)) {
    no("sys.lua manages that path", `take it out of the config, or ${elsewhere}`);
  }
  if (path === root || path.startsWith(`${root}/`)) no("that is sys.lua's own folder", elsewhere);
  if (fs.lstat(dirname(path)) === null) no("its folder is not there", `make it, or ${elsewhere}`);
  const kind = fs.lstat(path)?.kind ?? ABSENT.kind;
  if (kind === "dir" || kind === "other") no("a folder or a device is there", elsewhere);
  if (isLost(fs, root, original)) {
    no("nothing whole is left of it", `\`sys originals drop ${number}\` takes it off the list`);
  }
}

/** Lets some go: what nothing else needs of them goes with the next gc. Call it with the exclusive lock held. */
export async function dropOriginals(
  { system, root }: Here,
  named: readonly string[],
): Promise<Original[]> {
  const fs = await asTheirUsers(system.fs, root, []);
  const all = named.map((one) => chooseOriginal(fs, root, one));
  const chosen = [...new Map(all.map((one) => [one.number, one])).values()];
  for (const one of chosen) {
    const held = heldOf(root, one);
    if (fs.lstat(held) !== null) removeTree(fs, held);
  }
  removeOriginals(fs, root, new Set(chosen.map(({ number }) => number)));
  tidyHeldFolders(fs, root);
  return chosen;
}

function isLost(fs: Machine["system"]["fs"], root: string, original: Original): boolean {
  return original.state.kind === "file" && placeOf(fs, root, original) === null;
}

/** Where its content lies whole; null where it does not, or where it has none. */
export function placeOf(
  fs: Machine["system"]["fs"],
  root: string,
  original: Original,
): string | null {
  const { state } = original;
  if (state.kind !== "file") return null;
  const { content } = state;
  const places = [heldOf(root, original), ...(content === undefined ? [] : [content])];
  return places.find((place) => {
    const there = stateAt(fs, place);
    return there.kind === "file" && there.digest === state.digest;
  }) ?? null;
}
