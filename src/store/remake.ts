/** Takes an object whose record is lost, makes the record again from the object. */
import { SysError } from "../errors.ts";
import type { FileSystem, ReadFs } from "../system/mod.ts";
import { entriesOf } from "./entries.ts";
import { examine } from "./identity.ts";
import { type Layout, objectPath } from "./layout.ts";
import { objectNames } from "./list.ts";
import { byHashPart, hashPart, type ObjectName } from "./names.ts";
import {
  type Identity,
  type ObjectRecord,
  readIdentity,
  readRecord,
  writeRecord,
} from "./record.ts";

/** What is recorded about an object, or would be. @throws SysError of kind "store" as `remakeRecord` */
export function identityOf(fs: ReadFs, layout: Layout, object: ObjectName): Identity {
  return readIdentity(fs, layout, object) ?? remakeRecord(fs, layout, object);
}

/**
 * Finds the references of an object again: every object of the store may be one.
 * @throws SysError of kind "store" when its content is not what its name says: what it needs is unknown then
 */
export function remakeRecord(fs: ReadFs, layout: Layout, object: ObjectName): ObjectRecord {
  const byHash = byHashPart(objectNames(fs, layout).filter((other) => other !== object));
  const content = examine(fs, layout, object, null, byHash.keys());
  if (content.hash !== hashPart(object)) {
    throw new SysError(
      "store",
      `Cannot tell what ${object} needs: its record is lost and its content was changed`,
      { hint: "`sys store verify --repair` makes it again" },
    );
  }
  return {
    kind: content.kind,
    references: [...content.found].flatMap((part) => byHash.get(part) ?? []).sort(),
    self: content.self,
    places: content.places,
    entries: entriesOf(fs, objectPath(layout, object)),
  };
}

/** Records the entries of an object, whose content is right, as they are now. */
export function reseal(fs: FileSystem, layout: Layout, object: ObjectName): void {
  const record = readRecord(fs, layout, object) ?? remakeRecord(fs, layout, object);
  const entries = entriesOf(fs, objectPath(layout, object));
  writeRecord(fs, layout, object, { ...record, entries });
}
