/** Tells which shells can't read the env scripts that the current snapshot has for them. */
import { basename } from "node:path/posix";
import type { Machine } from "../machine/open.ts";
import { readCurrent } from "../snapshot/history.ts";

/** A sentence each. Nothing is asked where there is no such script. */
export async function closedShells(machine: Machine): Promise<readonly string[]> {
  const { system: { fs, host }, root, adapters } = machine;
  // Elsewhere no shell refuses a script of its user's.
  if (host.os !== "windows") return [];
  const paths = readCurrent(fs, root)?.wanted.paths ?? [];
  const has = paths.some(({ role, path }) => role === "shell" && basename(path) === "env.ps1");
  return has ? await adapters.closedShells() : [];
}
