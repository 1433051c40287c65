/** Takes the names that people give to objects, looks after those objects. */
import { basename } from "node:path/posix";
import { SysError } from "../errors.ts";
import { protectObjects, releaseObjects } from "../machine/protection.ts";
import type { Machine } from "../machine/open.ts";
import { layoutOf } from "../store/layout.ts";
import { boundFiles, type Kind } from "../store/identity.ts";
import { type Listed, listObjects, objectNames } from "../store/list.ts";
import { dumpNar } from "../store/nar.ts";
import { hashPart, type ObjectName, objectsIn, stemOf } from "../store/names.ts";
import { identityOf } from "../store/remake.ts";
import { optimise, type Optimised } from "../store/optimise.ts";
import { type Problem, verifyObjects, type VerifyOptions } from "../store/verify.ts";

/** The objects that are meant by paths, names, hashes or names of packages.
 * @throws SysError of kind "store" for what is none */
export function objectsNamed(
  { system, root }: Pick<Machine, "system" | "root">,
  names: readonly string[],
): ObjectName[] {
  const all = objectNames(system.fs, layoutOf(root));
  return names.flatMap((named) => {
    const [whole = basename(named)] = objectsIn([named]);
    const found = all.filter((object) =>
      object === whole || stemOf(object) === named || hashPart(object) === named ||
      new RegExp(`^${escape(named)}-[0-9][^-]*-[^-]{32}$`).test(object)
    );
    if (found.length > 0) return found;
    throw new SysError("store", `Cannot find the object ${named}: it is not in the store`, {
      hint: "`sys store ls` lists what is there",
    });
  });
}

/** The only object that a name means. @throws SysError of kind "usage" when it means several */
export function objectNamed(machine: Pick<Machine, "system" | "root">, named: string): ObjectName {
  const found = objectsNamed(machine, [named]);
  if (found.length === 1) return found[0];
  throw new SysError(
    "usage",
    `Cannot tell which object is meant: ${named} names ${found.length}`,
    { notes: found, hint: "give one of these whole" },
  );
}

/** Where an object lies, and how it depends on that. */
export interface Whereabouts {
  readonly object: ObjectName;
  readonly path: string;
  readonly kind: Kind;
}

/** Where an object lies, and whether it could lie elsewhere. */
export function whereabouts(
  { system, root, store }: Pick<Machine, "system" | "root" | "store">,
  object: ObjectName,
): Whereabouts {
  const { kind } = identityOf(system.fs, layoutOf(root), object);
  return { object, path: store.pathOf(object), kind };
}

/** What makes an object unfit for any other root: paths below it, with the reason. None where it is fit. */
export function whyBound(
  machine: Pick<Machine, "system" | "root" | "store">,
  object: ObjectName,
): { readonly file: string; readonly why: string }[] {
  const { kind, path } = whereabouts(machine, object);
  if (kind !== "bound") return [];
  const files = boundFiles(machine.system.fs, layoutOf(machine.root), object);
  if (files.length === 0) {
    return [{ file: "a compressed file", why: "a path of the store in what was compressed" }];
  }
  return files.map((found) => ({
    file: found.path.slice(path.length + 1) || basename(path),
    why: found.why === "binary"
      ? "a path of the store in a binary file"
      : "a path of the store that is no object's",
  }));
}

/** Every object with its size and references. */
export function objectList({ system, root }: Pick<Machine, "system" | "root">): Listed[] {
  return listObjects(system.fs, root);
}

/** Gives the NAR of an object to a sink; the bytes are valid during the call only. */
export function dumpObject(
  { system, store }: Pick<Machine, "system" | "store">,
  object: ObjectName,
  sink: (bytes: Uint8Array) => void,
): void {
  dumpNar(system.fs, store.pathOf(object), sink);
}

/** Makes equal files of all objects one. Call it with the exclusive lock held. */
export async function optimiseStore(machine: Machine): Promise<Optimised> {
  const objects = objectNames(machine.system.fs, layoutOf(machine.root));
  await releaseObjects(machine, objects);
  try {
    return optimise(machine.system.fs, machine.root);
  } finally {
    await protectObjects(machine, objects);
  }
}

/** Reads objects (all when none are named), tells what is wrong with them. Call it with a lock held. */
export function verifyStore(
  machine: Machine,
  names: readonly string[],
  options: Pick<VerifyOptions, "onProgress" | "signal">,
): Promise<Problem[]> {
  const { system, root } = machine;
  return verifyObjects(system, root, {
    objects: names.length > 0 ? objectsNamed(machine, names) : undefined,
    ...options,
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
