/** Takes a store, gives the objects in it. */
import type { ReadFs } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { isObjectName, type ObjectName } from "./names.ts";
import { readRecord } from "./record.ts";
import { bytesOf, entriesOf } from "./entries.ts";

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
  return objectNames(fs, layout).map((object) => ({
    object,
    bytes: objectSize(fs, layout, object),
    references: readRecord(fs, layout, object)?.references ?? [],
  }));
}

/** Bytes of an object's files. */
export function objectSize(fs: ReadFs, layout: Layout, object: ObjectName): number {
  return bytesOf(
    readRecord(fs, layout, object)?.entries ?? entriesOf(fs, objectPath(layout, object)),
  );
}
