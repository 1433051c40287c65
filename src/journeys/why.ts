/** Takes an object, says what keeps it in the store. */
import { dirname } from "node:path";
import type { Machine } from "../machine/open.ts";
import { objectsOf } from "./collect.ts";
import { currentNumber, listSnapshots } from "../snapshot/history.ts";
import { layoutOf } from "../store/layout.ts";
import type { ObjectName } from "../store/names.ts";
import { AUTO, gcRoots } from "../store/roots.ts";
import { type NamedRoot, type Reason, whyKept } from "../store/why.ts";

/** Snapshots and other roots that need an object, each with the way to it. */
export function why({ system, root }: Machine, object: ObjectName): Reason[] {
  const { fs } = system;
  const current = currentNumber(fs, root);
  const snapshots = listSnapshots(fs, root).map((snapshot): NamedRoot => ({
    name: `snapshot ${snapshot.number}${snapshot.number === current ? " (current)" : ""}`,
    objects: objectsOf(snapshot),
  }));
  const links = gcRoots(fs, layoutOf(root)).map(({ path, objects }): NamedRoot => ({
    // What `--out-link` has made is known by the link, which leads on from here.
    name: dirname(path).endsWith(`/${AUTO}`) ? fs.readLink(path) : path,
    objects,
  }));
  return whyKept(fs, root, object, [...snapshots, ...links]);
}
