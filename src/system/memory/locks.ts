/** Advisory locks on the files of a disk in memory. */
import type { FileLock } from "../fs.ts";
import type { Inode } from "./inode.ts";

type Mode = "shared" | "exclusive";

interface Queue {
  held: Mode[];
  waiting: { mode: Mode; grant: () => void }[];
}

/** Who holds what. Locks are granted in the order in which they were asked for. */
export class Locks {
  #queues = new Map<Inode, Queue>();

  /** Waits while another holds it. */
  async take(inode: Inode, mode: Mode): Promise<FileLock> {
    const queue = this.#queues.get(inode) ?? { held: [], waiting: [] };
    this.#queues.set(inode, queue);
    if (queue.waiting.length > 0 || !fits(queue, mode)) {
      await new Promise<void>((grant) => queue.waiting.push({ mode, grant }));
    } else queue.held.push(mode);
    let released = false;
    return {
      ino: inode.ino,
      release: () => {
        if (released) return;
        released = true;
        queue.held.splice(queue.held.indexOf(mode), 1);
        grantNext(queue);
      },
    };
  }
}

function fits({ held }: Queue, mode: Mode): boolean {
  return held.length === 0 || (mode === "shared" && held[0] === "shared");
}

function grantNext(queue: Queue) {
  while (queue.waiting.length > 0 && fits(queue, queue.waiting[0].mode)) {
    const { mode, grant } = queue.waiting.shift()!;
    queue.held.push(mode);
    grant();
  }
}
