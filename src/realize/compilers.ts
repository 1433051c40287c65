/** Takes a scratch folder that has another path in every root, gives compilers that write it down as one path.
 *
 * A sandbox that can mount shows the folder at that path anyway. Elsewhere small scripts in front of the system's
 * compilers on PATH add the flag, so that what a recipe says in CFLAGS stays as it is. */
import { join } from "node:path/posix";
import { shellWord } from "../manifest/shell_word.ts";
import type { FileSystem, System } from "../system/mod.ts";
import { makeFolders } from "../system/folders.ts";

/** `cc`, `gcc-12`, `x86_64-linux-gnu-g++`, but not `gcc-ar`. */
const C_COMPILER = /^(?:cc|c\+\+|c89|c99|(?:[a-z0-9_]+-)*(?:gcc|g\+\+|gfortran)(?:-[0-9.]+)?)$/;
const CLANG = /^(?:[a-z0-9_]+-)*clang(?:\+\+)?(?:-[0-9.]+)?$/;
const RUSTC = /^rustc$/;

export interface CompilerRequest {
  /** Where the scripts go. */
  readonly folder: string;
  /** The system's folders of programs. */
  readonly path: readonly string[];
  /** The scratch folder, and the path that is written instead. */
  readonly from: string;
  readonly to: string;
}

/** Makes the scripts, unless they are there; none where the system has no compilers. */
export function mapCompilers({ fs }: Pick<System, "fs">, request: CompilerRequest): void {
  const { folder, path, from, to } = request;
  if (fs.lstat(folder) !== null) return;
  makeFolders(fs, folder);
  const done = new Set<string>();
  for (const bin of path) {
    if (fs.lstat(bin) === null) continue;
    for (const name of fs.readDir(bin)) {
      const flags = flagsOf(name, from, to);
      if (flags === null || done.has(name)) continue;
      done.add(name);
      writeScript(fs, join(folder, name), `exec ${shellWord(join(bin, name))} "$@" ${flags}`);
    }
  }
}

function flagsOf(name: string, from: string, to: string): string | null {
  if (C_COMPILER.test(name)) return shellWord(`-ffile-prefix-map=${from}=${to}`);
  // Clang warns of a flag that it does not need, as when it only links.
  if (CLANG.test(name)) return `${shellWord(`-ffile-prefix-map=${from}=${to}`)} -Qunused-arguments`;
  return RUSTC.test(name) ? `--remap-path-prefix ${shellWord(`${from}=${to}`)}` : null;
}

function writeScript(fs: FileSystem, path: string, line: string): void {
  const file = fs.create(path, 0o755);
  try {
    file.write(new TextEncoder().encode(`#!/bin/sh\n${line}\n`));
  } finally {
    file.close();
  }
}
