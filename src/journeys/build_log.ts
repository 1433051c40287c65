/** Takes the name or hash of a derivation, gives what its last build printed. */
import { join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import type { ReadFs } from "../system/mod.ts";

/** A log, with the hash of what was built. */
export interface BuildLog {
  readonly derivation: string;
  readonly log: string;
}

/** The newest log that fits. @throws SysError of kind "store" when there is none */
export function buildLog({ system: { fs }, store }: Machine, named: string): BuildLog {
  const folder = join(store.dir, "log");
  const hashes = fs.lstat(folder) === null
    ? []
    : fs.readDir(folder).flatMap((name) => /^([0-9a-f]{64})\.log$/.exec(name)?.[1] ?? []);
  const fits = (hash: string) =>
    (named.length >= 6 && hash.startsWith(named)) || nameInLog(hash) === named;
  const nameInLog = (hash: string) => {
    // The first line names what was built.
    return /^building (\S+)/.exec(beginningOf(fs, join(folder, `${hash}.log`)))?.[1];
  };
  const found = hashes.filter(fits)
    .map((hash) => ({ hash, path: join(folder, `${hash}.log`) }))
    .sort((a, b) => (fs.lstat(a.path)?.mtime ?? 0) - (fs.lstat(b.path)?.mtime ?? 0))
    .at(-1);
  if (found === undefined) {
    throw new SysError(
      "store",
      `Cannot show the log of ${named}: it was not built on this machine`,
      {
        hint: "give the name of a derivation, or the first 6 or more digits of its hash",
      },
    );
  }
  return { derivation: found.hash, log: new TextDecoder().decode(fs.readFile(found.path)) };
}

/** The first bytes of a file, which may be large. */
function beginningOf(fs: ReadFs, path: string): string {
  const file = fs.openRead(path);
  try {
    const buffer = new Uint8Array(1024);
    return new TextDecoder().decode(buffer.subarray(0, file.read(buffer)));
  } finally {
    file.close();
  }
}
