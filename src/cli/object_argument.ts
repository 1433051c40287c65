/** Reads how people name objects: by a path, a name, or the name of a package. */
import { basename } from "node:path";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { layoutOf } from "../store/layout.ts";
import { objectNames } from "../store/list.ts";
import { isObjectName, type ObjectName } from "../store/names.ts";

/** The objects that are meant. @throws SysError of kind "store" for what is none */
export function objectsNamed({ system, root }: Machine, names: readonly string[]): ObjectName[] {
  const all = objectNames(system.fs, layoutOf(root));
  return names.flatMap((named) => {
    const inPath = named.split("/").filter(isObjectName)[0] ?? basename(named);
    const found = all.filter((object) =>
      object === inPath || object.slice(0, -33) === named || object.slice(-32) === named ||
      new RegExp(`^${escape(named)}-[0-9][^-]*-[^-]{32}$`).test(object)
    );
    if (found.length > 0) return found;
    throw new SysError("store", `Cannot find the object ${named}: it is not in the store`, {
      hint: "`sys store ls` lists what is there",
    });
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
