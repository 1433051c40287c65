/** Names of folders in memory: whose they are, and which process made them. */
import { randomUUID } from "node:crypto";
import type { Host } from "../system/mod.ts";

const NAME = /^syslua-(\d+)-(\d+)-[0-9a-f-]{36}$/;

export function makeName({ uid, pid }: Pick<Host, "uid" | "pid">): string {
  return `syslua-${uid}-${pid}-${randomUUID()}`;
}

/** Null where a name is none of them. */
export function nameOwner(name: string): { readonly uid: number; readonly pid: number } | null {
  const found = NAME.exec(name);
  return found === null ? null : { uid: Number(found[1]), pid: Number(found[2]) };
}
