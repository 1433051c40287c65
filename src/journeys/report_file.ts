/** Takes a path that a person named for a report and the report's text, puts a file there; in a user's folder with that
 * user's rights. */
import { dirname } from "node:path/posix";
import { besidePath } from "../activation/beside.ts";
import { masters } from "../activation/master.ts";
import { SysError } from "../errors.ts";
import { type FileSystem, FsError } from "../system/fs.ts";
import { readChunks } from "../system/contents.ts";
import type { System } from "../system/mod.ts";
import { namedPath } from "../system/named_path.ts";
import { writeAtomic } from "../system/write_atomic.ts";

const WHAT = { dir: "a folder", link: "a link", other: "a device or a pipe" } as const;

/**
 * Writes the file, or replaces a former report. Only who runs the command may read it: it tells what is done here.
 * @param start what each report of this kind begins with: nothing else is replaced but what is empty, since a person may
 * have named the config by mistake
 * @throws SysError where the file can't be written, or something else is there
 */
export async function writeReport(
  { fs, host }: Pick<System, "fs" | "host">,
  named: string,
  text: string,
  start: string,
): Promise<void> {
  const path = namedPath(host, named);
  const master = fs.uid === 0 ? masters(fs)(path) : null;
  try {
    write(master === null ? fs : await fs.as(master), path, text, start);
  } catch (thrown) {
    throw thrown instanceof FsError ? new FsError("write", path, thrown.code, thrown) : thrown;
  } finally {
    if (master !== null) await fs.dismiss();
  }
}

function write(fs: FileSystem, path: string, text: string, start: string): void {
  const info = fs.lstat(path);
  const there = info === null
    ? null
    : info.kind === "file"
    ? foreign(fs, path, start)
    : WHAT[info.kind];
  if (there !== null) {
    throw new SysError("usage", `Cannot write ${path}: ${there} is there`, {
      hint: "give the path of a new file, or of a former one of this kind, which is replaced",
    });
  }
  if (info === null && fs.lstat(dirname(path)) === null) {
    throw new SysError("usage", `Cannot write ${path}: ${dirname(path)} does not exist`);
  }
  const spare = besidePath(path);
  if (fs.lstat(spare) !== null) fs.remove(spare);
  writeAtomic(fs, path, text, { spare, mode: 0o600, flush: false });
}

/** What a file is that is no former report; null where it may be replaced. */
function foreign(fs: FileSystem, path: string, start: string): string | null {
  for (const chunk of readChunks(fs, path, start.length)) {
    return new TextDecoder().decode(chunk) === start ? null : "another file";
  }
  return null;
}
