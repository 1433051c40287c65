/** Systems in memory for tests, with the little of a shell that their configs use. */
import { dirname } from "node:path";
import type { Disk } from "../../src/system/memory/disk.ts";
import { type MemorySystem, memorySystem, type Program } from "../../src/system/memory/memory.ts";

/** `echo text > file`, `rm -f file` and `false`; what it does is flushed, since that is not what is tested. */
export const shell: Program = ({ argv, env }, fs) => {
  const line = lineOf(argv).replaceAll("~", env.HOME);
  const [, text, to] = /^echo (.*) > (\S+)$/.exec(line) ?? [];
  const [, gone] = /^rm -f (\S+)$/.exec(line) ?? [];
  const path = to ?? gone;
  if (path === undefined) return 1;
  if (fs.lstat(path) !== null) fs.remove(path);
  if (to !== undefined) {
    const file = fs.create(to, 0o644);
    file.write(new TextEncoder().encode(`${text}\n`));
    file.sync();
    file.close();
  }
  fs.syncDir(dirname(path));
  return 0;
};

/** What a shell was given to run: PowerShell gets it as UTF-16 in base64. */
export function lineOf(argv: readonly string[]): string {
  if (!argv.includes("-EncodedCommand")) return argv.at(-1)!;
  const bytes = Uint8Array.from(atob(argv.at(-1)!), (character) => character.charCodeAt(0));
  const script = new TextDecoder("utf-16le").decode(bytes);
  const lines = /\$SysluaScript = '((?:[^']|'')*)'/.exec(script)?.[1];
  return lines?.replaceAll("''", "'") ?? script;
}

/** A system in memory, or another one on a given disk. */
export function inMemory(disk?: Disk): MemorySystem {
  return memorySystem({ disk, programs: { "/bin/sh": shell } });
}
