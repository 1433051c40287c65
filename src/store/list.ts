/** Takes a store, gives the objects in it. */
import type { ReadFs } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { readRecord } from "./record.ts";
import { lookAt } from "./seal.ts";

/** An object with what is recorded about it. */
export interface Listed {
  readonly object: ObjectName;
  /** Of its files. */
  readonly bytes: number;
  readonly references: readonly ObjectName[];
}

/** Names of all objects, sorted. */
export function objectNames(fs: ReadFs, layout: Layout): ObjectName[] {
  return fs.lstat(layout.obj) === null ? [] : fs.readDir(layout.obj).filter(isObjectName);
}

/** All objects with their sizes, sorted by name. */
export function listObjects(fs: ReadFs, root: string): Listed[] {
  const layout = layoutOf(root);
  return objectNames(fs, layout).map((object) => {
    const record = readRecord(fs, layout, object);
    const bytes = record?.bytes ?? lookAt(fs, objectPath(layout, object)).bytes;
    return { object, bytes, references: record?.references ?? [] };
  });
}
