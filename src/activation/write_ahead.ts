/** Takes steps of which many write files, writes the contents beside their places, and flushes all of them as one. Their
 * steps then only have to rename them. */
import { dirname } from "node:path/posix";
import type { Step } from "../plan/types.ts";
import { folderAt, MANY_FLUSHES } from "../system/flush_all.ts";
import type { FileSystem } from "../system/fs.ts";
import { type FileStep, writeBeside } from "./path_step.ts";

/** Steps that are looked at in one go: what they write needs its place twice until they are done. */
const AHEAD = 2048;

/** Files that were written ahead of their steps. */
export class WrittenAhead {
  readonly #paths = new Set<string>();
  /** Index of the first step that was not looked at. */
  #until = 0;

  /** Whether a step's content lies beside its place, flushed. It does so only once. */
  take(path: string): boolean {
    return this.#paths.delete(path);
  }

  /** Writes what the next steps will need, where that pays. Their folders are there when the first of them is done.
   * @param onBegin called before anything is written, with the index of the last of them */
  prepare(
    fs: FileSystem,
    steps: readonly Step[],
    index: number,
    onBegin: (last: number) => void,
  ): void {
    if (index < this.#until || !isFileStep(steps[index])) return;
    const other = steps.findIndex((step, n) => n > index && step.kind !== "path");
    this.#until = Math.min(index + AHEAD, other < 0 ? steps.length : other);
    const files = onOneDevice(fs, steps.slice(index, this.#until).filter(isFileStep));
    if (files.length < MANY_FLUSHES || !fs.canSyncAll(dirname(files[0].path))) return;
    onBegin(this.#until - 1);
    for (const step of files) {
      writeBeside(fs, step, { flush: false });
      this.#paths.add(step.path);
    }
    fs.syncAll(dirname(files[0].path));
  }
}

/** What root writes for others, and what comes back to where it was, has rules of its own. */
function isFileStep(step: Step): step is FileStep {
  return step.kind === "path" && step.after.kind === "file" && step.after.kept === undefined &&
    step.owner === undefined;
}

function onOneDevice(fs: FileSystem, files: readonly FileStep[]): readonly FileStep[] {
  const devices = new Map<string, number | undefined>();
  const deviceOf = ({ path }: FileStep) => {
    const folder = dirname(path);
    if (!devices.has(folder)) devices.set(folder, folderAt(fs, folder)?.dev);
    return devices.get(folder);
  };
  const device = files.length > 0 ? deviceOf(files[0]) : undefined;
  return device === undefined ? [] : files.filter((step) => deviceOf(step) === device);
}
