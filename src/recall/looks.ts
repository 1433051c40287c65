/** What a command can look at, and what tells that it would see the same again.
 *
 * A file that has the same inode and has not changed since has the same content: nobody can set when it changed
 * (`ctime`). Of a folder that is only passed through, its entries do not count. */
import { type FileInfo, FsError, type System } from "../system/mod.ts";

/** `is`: what lies at a path, a final link not followed. `in`: the content of the file or folder there. `real`: where a
 * path leads. `if`: the same as `in`, of a folder; while it is as it was, the looks that it covers need not be done. `env`: a variable. `host`: a fact. `which`: a program on a PATH, `name:PATH`. */
export type LookKind = "is" | "in" | "if" | "real" | "env" | "host" | "which";

/** Facts about the host that may be looked at: those that stay the same. */
export const FACTS = [
  "os",
  "arch",
  "hostname",
  "username",
  "uid",
  "gid",
  "elevated",
  "administrator",
  "home",
  "cwd",
  "processors",
] as const;

/** The world that is looked at. */
export type World = Pick<System, "fs" | "host" | "processes">;

/** What is told of what is not there. */
export const NOTHING = "-";

/** What a look tells now, as a text without a line break.
 * @throws FsError where it can't be looked at */
export function answerOf({ fs, host, processes }: World, kind: LookKind, name: string): string {
  switch (kind) {
    case "is":
      return infoText(fs.lstat(name));
    case "in":
    case "if":
      return contentText(fs.lstat(name));
    case "real":
      return realText(fs, name);
    case "env":
      return fingerprint(host.env(name));
    case "host":
      return JSON.stringify(host[name as typeof FACTS[number]]);
    case "which": {
      const colon = name.indexOf(":");
      return JSON.stringify(processes.which(name.slice(0, colon), name.slice(colon + 1)));
    }
  }
}

function realText(fs: World["fs"], path: string): string {
  try {
    return JSON.stringify(fs.realPath(path));
  } catch (thrown) {
    if (thrown instanceof FsError && thrown.code === "ENOENT") return NOTHING;
    throw thrown;
  }
}

/** What tells a thing at a path from any other. */
export function infoText(info: FileInfo | null): string {
  if (info === null) return NOTHING;
  if (info.kind !== "dir") return contentText(info);
  const { mode, uid, gid, dev, ino } = info;
  return `dir ${mode} ${uid} ${gid} ${dev} ${ino}`;
}

/** What tells its content from any other: whatever changes of it, its permissions too, changes `ctime`. */
export function contentText(info: FileInfo | null): string {
  return info === null
    ? NOTHING
    : `${info.kind} ${info.ino} ${info.ctime} ${info.size} ${info.dev}`;
}

/** Tells one value of a variable from another without keeping it: it may be a secret. */
function fingerprint(value: string | undefined): string {
  return value === undefined ? NOTHING : `${value.length} ${hash(value, 0)} ${hash(value, 1)}`;
}

/** 32 bits of a text (FNV-1a over its UTF-16 units). Loading a real hash takes longer than a whole replay. */
export function hash(text: string, seed: number): string {
  let sum = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let n = 0; n < text.length; n++) sum = Math.imul(sum ^ text.charCodeAt(n), 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, "0");
}
