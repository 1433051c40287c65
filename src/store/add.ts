/** Takes things that are to be stored, makes them objects: all are written, flushed, then named. */
import { writeRecords } from "./record.ts";
import { removeTree } from "./remove.ts";
import type { ObjectName } from "./names.ts";
import type { Staged, Staging } from "./stage.ts";
import type { StoreWriter } from "./store_writer.ts";
import { MANY_FLUSHES } from "../system/flush_all.ts";
import { discard } from "../system/write_atomic.ts";

/** Writes something, or gives its name where it is here already. */
export type Write = (staging: Staging) => Staged | ObjectName;

/** What was added. */
export interface Added {
  /** In the order of what was given. */
  readonly objects: readonly ObjectName[];
  /** Those that were not here before. */
  readonly made: readonly Staged[];
}

/** Adds things together; each may refer to those before it. What has a name has reached the disk, with its record. */
export function addAll(writer: StoreWriter, writes: readonly Write[]): Added {
  const { fs, layout } = writer;
  const isThere = writer.isEmpty() ? () => false : (object: ObjectName) => writer.has(object);
  const staged = new Map<ObjectName, Staged>();
  const has = (object: ObjectName) => staged.has(object) || isThere(object);
  if (writes.length > 0) writer.prepare();
  const together = writes.length >= MANY_FLUSHES && fs.canSyncAll(layout.dir);
  let named = 0;
  try {
    const objects = writes.map((write) => {
      const written = write({ has, flush: !together });
      if (typeof written === "string") return written;
      staged.set(written.object, written);
      return written.object;
    });
    const made = [...staged.values()];
    writeRecords(fs, layout, made, !together);
    if (together && made.length > 0) fs.syncAll(layout.dir);
    writer.putAll(made, () => named++);
    return { objects, made };
  } catch (thrown) {
    for (const { spare } of [...staged.values()].slice(named)) {
      discard(() => removeTree(fs, spare));
    }
    throw thrown;
  }
}
