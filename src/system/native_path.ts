/** The form of a path inside sys.lua, and that of the operating system. Pure.
 *
 * Inside a path is absolute and has slashes, on every system. On Windows `C:\Users\jo` is `/c/Users/jo` (as Git Bash
 * has it) and `\\server\share\x` is `/unc/server/share/x`. What leaves sys.lua is made native: arguments and variables
 * of programs, lists of folders, scripts, what people see. What comes in is made an inside one: arguments, variables,
 * what configs name, what programs answer. The file system takes and gives inside paths only. */
import type { Os } from "./host.ts";

/** Takes a path in one form, gives it in the other. A relative path stays relative. */
export interface NativePaths {
  toNative(inside: string): string;
  /** The same with slashes, for text that other languages quote: `C:/Users/jo`. Windows takes both. */
  toMixed(inside: string): string;
  fromNative(native: string): string;
  /** Whether a native path says by itself where it is. */
  isAbsolute(native: string): boolean;
  /** What joins folders in variables such as `PATH`. */
  readonly separator: ":" | ";";
}

/** Those of an operating system. */
export function nativePaths(os: Os): NativePaths {
  return os === "windows" ? WINDOWS : POSIX;
}

const same = (path: string) => path;

const POSIX: NativePaths = {
  toNative: same,
  toMixed: same,
  fromNative: same,
  isAbsolute: (path) => path.startsWith("/"),
  separator: ":",
};

const WINDOWS: NativePaths = {
  toNative: (inside) => toWindows(inside).replaceAll("/", "\\"),
  toMixed: toWindows,
  fromNative: fromWindows,
  isAbsolute: (path) => fromWindows(path).startsWith("/"),
  separator: ";",
};

/** `/c/x` or `/C/x`, and the drive alone. */
const DRIVE_INSIDE = /^\/([A-Za-z])(?:\/|$)/;
const UNC_INSIDE = /^\/unc\/(?=[^/])/;
/** What comes before a path that Windows shall not look at, and what its kernel says in place of it. */
const PREFIX = /^\/\/[?.]\/|^\/\?\?\//;

/** With slashes. What lies on no drive stays as it is: nothing is there. */
function toWindows(inside: string): string {
  const drive = DRIVE_INSIDE.exec(inside);
  if (drive) return `${drive[1].toUpperCase()}:/${inside.slice(3)}`;
  return inside.replace(UNC_INSIDE, "//");
}

function fromWindows(native: string): string {
  const slashed = native.replaceAll("\\", "/");
  const prefix = PREFIX.exec(slashed);
  if (prefix === null) return fromSlashed(slashed);
  const path = slashed.slice(prefix[0].length);
  // The kernel's name of a share: `\\?\UNC\server\share`.
  return fromSlashed(/^UNC\//i.test(path) ? `//${path.slice(4)}` : path);
}

function fromSlashed(path: string): string {
  const drive = /^([A-Za-z]):(?:\/+|$)/.exec(path) ?? DRIVE_INSIDE.exec(path);
  if (drive) {
    const below = path.slice(drive[0].length);
    return `/${drive[1].toLowerCase()}${below === "" ? "" : `/${below}`}`;
  }
  return /^\/\/[^/]/.test(path) ? `/unc/${path.slice(2)}` : path;
}
