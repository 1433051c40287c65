/** Takes the address of a Git repository, gives revisions and clean trees, by the machine's own `git`.
 *
 * Everything fetched goes into one bare repository for each address, `<cache>/git/<32 characters>`. Trees are
 * read from it blob by blob, so hooks, filters and attributes of the user or the repository never run. */
import { Buffer } from "node:buffer";
import { join } from "node:path/posix";
import { sha256, shortHash } from "../../digest.ts";
import { SysError } from "../../errors.ts";
import { type Finished, nativePaths, type System } from "../../system/mod.ts";
import { lockOrAbort } from "../../system/abortable_lock.ts";
import { gitEnvironment } from "./environment.ts";
import { isFullRevision, noSuchRef } from "./refs.ts";
import type { Repository, RepositoryOptions } from "./types.ts";
import { type TreeEntry, writeEntry } from "./tree.ts";
import { makeFolders } from "../../system/folders.ts";

/** Milliseconds. */
const ASK = 60_000;
const FETCH = 30 * 60_000;
/** Bytes of blobs that are read from git at a time. */
const BATCH = 16 << 20;

/** Opens a repository through the program at `git`. */
export function systemGit(
  { fs, processes, host }: Pick<System, "fs" | "processes" | "host">,
  git: string,
  { remote, token, cacheDir, signal = new AbortController().signal }: RepositoryOptions,
): Repository {
  const mirror = join(cacheDir, "git", shortHash(sha256(`git:${remote}`)));
  const nativeMirror = nativePaths(host.os).toMixed(mirror);
  const env = gitEnvironment(host, token && /^https?:/.test(remote) ? { remote, token } : null);

  /** Commits of submodules, by the revision that pins them. */
  const pinned = new Map<string, ReadonlyMap<string, string>>();

  const run = (args: readonly string[], timeout = ASK, stdin?: string): Promise<Finished> =>
    processes.run({ argv: [git, ...SETTINGS, ...args], env, timeout, stdin, signal });
  const inMirror = (args: readonly string[], timeout = ASK, stdin?: string) =>
    run(["--git-dir", nativeMirror, ...args], timeout, stdin);

  async function listRefs(patterns: readonly string[]): Promise<Map<string, string>> {
    const found = await run(["ls-remote", "--", remote, ...patterns]);
    if (found.code !== 0) throw failed(`ask ${remote} for its branches`, found);
    const refs = new Map<string, string>();
    for (const line of text(found.stdout).split("\n")) {
      const [oid, name] = line.split("\t");
      if (name) refs.set(name, oid);
    }
    return refs;
  }

  async function resolve(ref: string | null): Promise<string> {
    if (ref === null) {
      const rev = (await listRefs(["HEAD"])).get("HEAD");
      if (rev) return rev;
      throw new SysError("fetch", `Cannot resolve ${remote}: it has no commits`);
    }
    if (isFullRevision(ref)) return ref;
    const refs = await listRefs([ref, `${ref}^{}`]);
    for (const name of [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, ref]) {
      const rev = refs.get(name);
      if (rev) return rev;
    }
    if (/^[0-9a-f]{7,63}$/.test(ref)) {
      const rev = await withMirror(async () => {
        await fetchAll();
        const parsed = await inMirror(["rev-parse", "-q", "--verify", `${ref}^{commit}`]);
        return parsed.code === 0 ? text(parsed.stdout).trim() : null;
      });
      if (rev) return rev;
    }
    throw noSuchRef(remote, ref, await listRefs([]));
  }

  /** Holds the mirror alone: git's own locks fail where they should wait. */
  async function withMirror<T>(action: () => Promise<T>): Promise<T> {
    makeFolders(fs, join(cacheDir, "git"));
    const lock = await lockOrAbort(fs, `${mirror}.lock`, signal);
    try {
      const made = await run(["init", "-q", "--bare", "--template=", nativeMirror]);
      if (made.code !== 0) throw failed(`make ${mirror}`, made);
      // Left behind by a git that was killed: nobody else can hold them now.
      for (const name of ["shallow.lock", "packed-refs.lock", "config.lock"]) {
        if (fs.lstat(join(mirror, name)) !== null) fs.remove(join(mirror, name));
      }
      return await action();
    } finally {
      lock.release();
    }
  }

  async function fetchAll(): Promise<void> {
    const shallow = fs.lstat(join(mirror, "shallow")) !== null;
    const all = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
    const args = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--prune"];
    const done = await inMirror(
      [...args, ...(shallow ? ["--unshallow"] : []), "--", remote, ...all],
      FETCH,
    );
    if (done.code !== 0) throw failed(`fetch ${remote}`, done);
  }

  const has = async (rev: string) =>
    (await inMirror(["cat-file", "-e", `${rev}^{commit}`])).code === 0;

  async function exportTree(rev: string, folder: string): Promise<number> {
    return await withMirror(async () => {
      if (!await has(rev)) {
        const args = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--depth=1"];
        const one = await inMirror([...args, "--", remote, rev], FETCH);
        // Some servers give out only what a branch or tag points to.
        if (one.code !== 0 || !await has(rev)) await fetchAll();
        if (!await has(rev)) {
          throw new SysError("fetch", `Cannot fetch revision ${rev}: ${remote} does not have it`, {
            hint: "its history may have been rewritten; `sys update` locks what is there now",
          });
        }
      }
      const listed = await inMirror(["ls-tree", "-r", "-l", "-z", "--full-tree", rev]);
      if (listed.code !== 0) throw failed(`list revision ${rev} of ${remote}`, listed);
      const entries = parseTree(listed.stdout);
      pinned.set(rev, new Map(entries.filter(isSubmodule).map(({ path, oid }) => [path, oid])));
      for (const batch of batches(entries)) {
        const asked = batch.filter((entry) => !isSubmodule(entry));
        const blobs = await inMirror(
          ["cat-file", "--batch"],
          FETCH,
          asked.map((entry) => `${entry.oid}\n`).join(""),
        );
        if (blobs.code !== 0) throw failed(`read revision ${rev} of ${remote}`, blobs);
        const contents = readBlobs(Buffer.from(blobs.stdout), asked);
        for (const entry of batch) {
          writeEntry(fs, folder, entry, contents.get(entry.oid) ?? new Uint8Array());
        }
      }
      const commit = await inMirror(["cat-file", "commit", rev]);
      const time = /^committer .* (\d+) [+-]\d+$/m.exec(text(commit.stdout));
      return Number(time?.[1] ?? 0);
    });
  }

  return { resolve, export: exportTree, submodules: (rev) => pinned.get(rev) ?? new Map() };
}

function isSubmodule({ mode }: TreeEntry): boolean {
  return mode === "160000";
}

/** Settings that the outcome must not depend on, and no housekeeping in the background. */
const SETTINGS = [
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["fetch.recurseSubmodules", "false"],
  ["fetch.writeCommitGraph", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
].flatMap(([name, value]) => ["-c", `${name}=${value}`]);

function parseTree(listing: Uint8Array): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const bytes = Buffer.from(listing);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    const tab = bytes.indexOf(9, start);
    const [mode, , oid, size] = bytes.toString("latin1", start, tab).split(/ +/);
    let path: string;
    try {
      path = decoder.decode(bytes.subarray(tab + 1, end));
    } catch {
      const shown = bytes.toString("latin1", tab + 1, end);
      throw new SysError("fetch", `Cannot write "${shown}" of the repository: it is not UTF-8`);
    }
    entries.push({ mode, oid, size: size === "-" ? 0 : Number(size), path });
    start = end + 1;
  }
  return entries;
}

/** Entries in groups whose blobs fit in memory together. */
function batches(entries: readonly TreeEntry[]): TreeEntry[][] {
  const groups: TreeEntry[][] = [];
  let group: TreeEntry[] = [], bytes = 0;
  for (const entry of entries) {
    if (group.length > 0 && (bytes + entry.size > BATCH || group.length >= 5000)) {
      groups.push(group);
      [group, bytes] = [[], 0];
    }
    group.push(entry);
    bytes += entry.size;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** Answers of `git cat-file --batch`: `<oid> SP blob SP <size> LF <bytes> LF`, one for each that was asked. */
function readBlobs(answer: Buffer, asked: readonly TreeEntry[]): Map<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  let at = 0;
  for (const { oid, path } of asked) {
    const line = answer.indexOf(10, at);
    const [name, type, size] = answer.toString("latin1", at, line).split(" ");
    if (line < 0 || name !== oid || type !== "blob") {
      throw new SysError(
        "fetch",
        `Cannot read "${path}" of the repository: git has no content for it`,
      );
    }
    contents.set(oid, answer.subarray(line + 1, line + 1 + Number(size)));
    at = line + 1 + Number(size) + 1;
  }
  return contents;
}

function failed(doing: string, { stderr, timedOut }: Finished): SysError {
  const lines = text(stderr).trim().split("\n").filter((line) => line !== "").slice(-8);
  const why = timedOut ? "no answer came in time" : lines[0]?.replace(/^(fatal|error): /, "");
  return new SysError("fetch", `Cannot ${doing}: ${why ?? "git failed and did not say why"}`, {
    notes: lines.slice(1),
    hint: "`git ls-remote <url>` shows whether this machine can reach and read the repository",
  });
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
