/** Takes the text of `syslua.lock`, gives the revisions that it holds, and back.
 *
 *     {
 *       "version": 1,
 *       "inputs": {
 *         "pkgs": {
 *           "hash": "sha256-…",            NAR hash of the whole input
 *           "lastModified": 1700000000,    seconds since the epoch
 *           "ref": "main",                 only where the config names one
 *           "rev": "<commit>",             absent for archives
 *           "type": "git",
 *           "url": "git:https://host/org/repo.git"
 *         },
 *         "pkgs/x": { … }                  an input that `pkgs` declares
 *       }
 *     }
 *
 * Keys are sorted and every field has a line of its own, so that two branches which update different inputs merge.
 */
import { dirname, join } from "node:path/posix";
import { type Digest, parseDigest } from "../digest.ts";
import { messageOf, SysError } from "../errors.ts";
import type { System } from "../system/mod.ts";
import { writeAtomic } from "../system/write_atomic.ts";

/** What is locked about one input. */
export interface LockedInput {
  readonly type: string;
  readonly url: string;
  readonly ref: string | null;
  readonly rev: string | null;
  readonly hash: Digest;
  readonly lastModified: number | null;
}

/** Entries by name; an input of an input is `<input>/<name>`. */
export type Lock = Readonly<Record<string, LockedInput>>;

const VERSION = 1;
const KEY = /^[A-Za-z_][A-Za-z0-9_-]*(\/[A-Za-z_][A-Za-z0-9_-]*)*$/;

/** Writes a lock as the text of its file. */
export function formatLock(lock: Lock): string {
  const inputs: Record<string, Record<string, unknown>> = {};
  for (const key of Object.keys(lock).sort()) {
    const { hash, lastModified, ref, rev, type, url } = lock[key];
    inputs[key] = {
      hash,
      ...(lastModified === null ? {} : { lastModified }),
      ...(ref === null ? {} : { ref }),
      ...(rev === null ? {} : { rev }),
      type,
      url,
    };
  }
  return JSON.stringify({ version: VERSION, inputs }, null, 2) + "\n";
}

/**
 * Reads the text of a lock.
 * @param file path for messages
 * @throws SysError of kind "input" when it is damaged or from a newer version
 */
export function parseLock(text: string, file: string): Lock {
  const damaged = (why: string) =>
    new SysError("input", `Cannot read ${file}: ${why}`, {
      hint: "restore it from version control, or delete it and run `sys update` to make a new one",
    });
  if (/^(<{7}|={7}|>{7})/m.test(text)) throw damaged("it has the marks of an unfinished merge");
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw damaged(`it is not JSON (${messageOf(error)})`);
  }
  if (!isTable(data)) throw damaged("it is not a JSON object");
  if (typeof data.version === "number" && data.version > VERSION) {
    throw new SysError("input", `Cannot read ${file}: it is of version ${data.version}`, {
      hint: `this sys knows version ${VERSION}; \`sys upgrade\` gets a newer one`,
    });
  }
  if (data.version !== VERSION) throw damaged(`its \`version\` is not ${VERSION}`);
  if (!isTable(data.inputs)) throw damaged("it has no `inputs`");
  const lock: Record<string, LockedInput> = {};
  for (const [key, entry] of Object.entries(data.inputs)) {
    if (!KEY.test(key)) throw damaged(`"${key}" is not the name of an input`);
    lock[key] = readEntry(entry, (why) => damaged(`\`inputs.${key}\` ${why}`));
  }
  return lock;
}

function readEntry(entry: unknown, damaged: (why: string) => SysError): LockedInput {
  if (!isTable(entry)) throw damaged("is not an object");
  const text = (field: string): string | null => {
    const value = entry[field] ?? null;
    if (value !== null && (typeof value !== "string" || value === "")) {
      throw damaged(`has a \`${field}\` that is not a text`);
    }
    return value as string | null;
  };
  const needed = (field: string): string => {
    const value = text(field);
    if (value === null) throw damaged(`has no \`${field}\``);
    return value;
  };
  const rev = text("rev");
  if (rev !== null && !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(rev)) {
    throw damaged("has a `rev` that is not a revision");
  }
  const time = entry.lastModified ?? null;
  if (time !== null && !Number.isSafeInteger(time)) {
    throw damaged("has a `lastModified` that is not a whole number");
  }
  let hash: Digest;
  try {
    hash = parseDigest(needed("hash"));
  } catch (error) {
    throw damaged(`has a bad \`hash\`: ${messageOf(error)}`);
  }
  return {
    type: needed("type"),
    url: needed("url"),
    ref: text("ref"),
    rev,
    hash,
    lastModified: time as number | null,
  };
}

/** The lock at a path; empty where there is none. */
export function readLock({ fs }: Pick<System, "fs">, path: string): Lock {
  if (fs.lstat(path) === null) return {};
  return parseLock(new TextDecoder().decode(fs.readFile(path)), path);
}

/** Replaces the lock at a path, whole: by rename, through a link when the path is one. */
export function writeLock({ fs, host }: Pick<System, "fs" | "host">, path: string, lock: Lock) {
  const real = fs.lstat(path) === null ? path : fs.realPath(path);
  const found = fs.lstat(real);
  const spare = join(dirname(real), `.syslua.lock.${host.pid}`);
  if (fs.lstat(spare) !== null) fs.remove(spare);
  const mode = found?.kind === "file" ? found.mode & 0o777 : 0o644;
  writeAtomic(fs, real, formatLock(lock), { spare, mode });
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
