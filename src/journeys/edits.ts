/** Takes the objects that the current snapshot uses, gives what of them was edited through links; keeps that under
 * numbers like any other edit, and has the objects made again. */
import { keepOne } from "../activation/keep.ts";
import type { Machine } from "../machine/open.ts";
import { releaseObjects } from "../machine/protection.ts";
import type { Current } from "../plan/types.ts";
import {
  addOriginals,
  type Original,
  originalsFolder,
  readOriginals,
} from "../snapshot/originals.ts";
import type { ChangedFile } from "../store/changes.ts";
import { openStore } from "../store/store.ts";
import { bringBack, putAside } from "../store/aside.ts";

/** Files of the current snapshot's objects that are not what they were when they were made. What is missing was not
 * edited. */
export function editedFiles(
  { store }: Pick<Machine, "store">,
  current: Pick<Current, "wanted"> | null,
): ChangedFile[] {
  if (current === null) return [];
  return store.changed(current.wanted.objects).filter(({ change }) => change !== "missing");
}

/** Lists what was edited among the originals, at the path that leads to it where one does. Twice is no more than
 * once. */
export function keepEdits(
  { system: { fs, clock }, root, store }: Machine,
  files: readonly ChangedFile[],
  current: Pick<Current, "wanted"> | null,
): Original[] {
  const keeper = { fs, root, store, time: clock.now().toISOString() };
  const { next, originals } = readOriginals(fs, root);
  const kept: Original[] = [];
  for (const { path } of files) {
    if (fs.lstat(path)?.kind !== "file") continue;
    const number = next + kept.length;
    const edit = keepOne(keeper, path, number, true);
    if (edit === null) continue;
    const at = targetOf(path, current);
    const known = originals.some(({ path, state }) => path === at && isSame(state, edit.state));
    if (known) {
      if (edit.state.kept.held) fs.remove(edit.state.kept.held);
    } else kept.push({ ...edit, path: at });
  }
  if (kept.length > 0) fs.syncDir(originalsFolder(root));
  addOriginals(fs, root, kept);
  return kept;
}

function isSame(a: Original["state"], b: Original["state"]): boolean {
  return a.kind === "file" && b.kind === "file" && a.digest === b.digest;
}

/** Where a person sees a file of the store; its own path where no managed link leads to it. */
function targetOf(file: string, current: Pick<Current, "wanted"> | null): string {
  for (const { path, state } of current?.wanted.paths ?? []) {
    if (state.kind !== "link" || !(file + "/").startsWith(state.to + "/")) continue;
    return path + file.slice(state.to.length);
  }
  return file;
}

/**
 * Does something in whose course the objects of edited files are made again: they are out of the way meanwhile, and
 * come back where they were not made. The machine that it is given sees them gone.
 */
export async function withEditsKept<T>(
  machine: Machine,
  files: readonly ChangedFile[],
  current: Pick<Current, "wanted"> | null,
  body: (machine: Machine, kept: readonly Original[]) => Promise<T>,
): Promise<T> {
  if (files.length === 0) return await body(machine, []);
  const kept = keepEdits(machine, files, current);
  const objects = new Set(files.map(({ object }) => object));
  await releaseObjects(machine, objects);
  const { system, root, places } = machine;
  const store = openStore(system, root, { system: places.systemRoot });
  const again = { ...machine, store };
  try {
    for (const object of objects) putAside(system.fs, root, object);
    return await body(again, kept);
  } finally {
    bringBack(system.fs, root);
  }
}
