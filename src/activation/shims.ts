/** Takes folders of programs, gives the files by which Windows finds these: it has no links that need no privilege, so
 * `<root>/profile/bin` is a real folder, and each program in it a file that runs it by its absolute path. `x.cmd` is for
 * cmd and PowerShell, `x` for Git Bash. */
import { basename, extname, join } from "node:path/posix";
import { SysError } from "../errors.ts";
import { shellWord } from "../manifest/shell_word.ts";
import type { ReadFs } from "../system/fs.ts";
import type { Host } from "../system/host.ts";
import { nativePaths } from "../system/native_path.ts";
import { type Brought, checkFolder, chosenOf, type ProfileFolder } from "./profile.ts";

/** A program that is to be found by a name. */
interface Program extends Brought {
  /** Without the ending that Windows adds. */
  readonly name: string;
  /** Lower comes first where one folder has several of one name. */
  readonly rank: number;
  /** Of a script: what its first line names, with the arguments there. */
  readonly interpreter: { readonly name: string; readonly args: readonly string[] } | null;
}

/** What Windows runs by its ending where `PATHEXT` is not set. */
const PATHEXT = ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC";

/** The shims of a profile: name in `bin` → text.
 * @throws SysError of kind "config" when two bring the same program */
export function profileShims(
  fs: ReadFs,
  host: Pick<Host, "home" | "env">,
  folders: readonly ProfileFolder[],
): ReadonlyMap<string, string> {
  const endings = (host.env("PATHEXT") || PATHEXT).toLowerCase().split(";");
  const found = new Map<string, Program[]>();
  for (const folder of folders) {
    checkFolder(fs, folder);
    for (const program of bestOf(programsIn(fs, folder, endings))) {
      found.set(keyOf(program), [...found.get(keyOf(program)) ?? [], program]);
    }
  }
  const programs = new Map<string, Program>();
  for (const [key, all] of found) programs.set(key, chosenOf(fs, `bin/${all[0].name}`, all));
  const shims = new Map<string, string>();
  for (const program of [...programs.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const parts = commandOf(program, programs);
    if (parts === null) continue;
    shims.set(program.name, forShell(parts));
    shims.set(`${program.name}.cmd`, forCmd(parts, host.home, program));
  }
  return shims;
}

/** Names that Windows takes for one. */
function keyOf({ name }: Program): string {
  return name.toLowerCase();
}

function programsIn(fs: ReadFs, folder: ProfileFolder, endings: readonly string[]): Program[] {
  return fs.readDir(folder.dir).flatMap((entry): Program[] => {
    const path = join(folder.dir, entry);
    const ending = extname(entry);
    const rank = ending === "" ? -1 : endings.indexOf(ending.toLowerCase());
    if (rank >= 0) {
      return [{ folder, path, name: entry.slice(0, -ending.length), rank, interpreter: null }];
    }
    const interpreter = interpreterOf(fs, path);
    return interpreter === null
      ? []
      : [{ folder, path, name: entry, rank: endings.length, interpreter }];
  });
}

/** Of several in one folder the one that Windows would run. */
function bestOf(programs: readonly Program[]): Program[] {
  const best = new Map<string, Program>();
  for (const program of programs) {
    const known = best.get(keyOf(program));
    if (known === undefined || program.rank < known.rank) best.set(keyOf(program), program);
  }
  return [...best.values()];
}

/** Bytes in which a first line has to end. */
const FIRST_LINE = 256;

/** What a script's `#!` line names; null for what is none. */
function interpreterOf(fs: ReadFs, path: string): Program["interpreter"] {
  const target = fs.lstat(path)?.kind === "link" ? fs.realPath(path) : path;
  if (fs.lstat(target)?.kind !== "file") return null;
  const head = new Uint8Array(FIRST_LINE);
  const file = fs.openRead(target);
  let line: string;
  try {
    line = new TextDecoder().decode(head.subarray(0, file.read(head))).split(/\r?\n/, 1)[0];
  } finally {
    file.close();
  }
  if (!line.startsWith("#!")) return null;
  const [named = "", ...args] = line.slice(2).trim().split(/\s+/);
  if (basename(named.replaceAll("\\", "/")) !== "env") return { name: bare(named), args };
  const [first = "", ...rest] = args[0] === "-S" ? args.slice(1) : args;
  return first === "" ? null : { name: bare(first), args: rest };
}

function bare(path: string): string {
  return basename(path.replaceAll("\\", "/")).replace(/\.exe$/i, "");
}

/** Program and arguments; null for a script that nothing in the profile runs. */
function commandOf(
  { path, interpreter }: Program,
  programs: ReadonlyMap<string, Program>,
): string[] | null {
  if (interpreter === null) return [path];
  const by = programs.get(interpreter.name.toLowerCase());
  return by === undefined || by.interpreter !== null ? null : [by.path, ...interpreter.args, path];
}

const { toNative, toMixed } = nativePaths("windows");

/** Bytes of a line. cmd reads a script anew after each command, at the byte where it was: also when another one has
 * taken its place. In all of them that is the end. */
const LINE = 1024;

/** In quotes cmd expands only `%`. @throws SysError for a path that cmd can't be told: it reads the console's character
 * set, whatever that is */
function forCmd(parts: readonly string[], home: string, { name, folder }: Program): string {
  const words = parts.map((part) => {
    if (!part.startsWith("/")) return part.replaceAll("%", "%%");
    const below = part.startsWith(`${home}/`) && !isAscii(home) ? part.slice(home.length) : null;
    const path = below === null ? toNative(part) : below.replaceAll("/", "\\");
    if (isAscii(path)) {
      return `"${below === null ? "" : "%USERPROFILE%"}${path.replaceAll("%", "%%")}"`;
    }
    throw new SysError(
      "activation",
      `Cannot make ${name}.cmd: cmd can't be told of ${toNative(part)}`,
      {
        place: folder.place,
        hint: "paths of programs have only ASCII letters below the home",
      },
    );
  });
  const line = `${words.join(" ")} %*\r\n`;
  const length = Math.ceil((line.length + 1) / LINE) * LINE;
  return `@${" ".repeat(length - 1 - line.length)}${line}`;
}

function forShell(parts: readonly string[]): string {
  const words = parts.map((part, n) => {
    return shellWord(n > 0 && part.startsWith("/") ? toMixed(part) : part);
  });
  return `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`;
}

function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(text);
}
