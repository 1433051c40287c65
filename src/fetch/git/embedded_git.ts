/** Takes the https address of a Git repository, gives revisions and clean trees, without a `git` program.
 *
 * So that a bare laptop can fetch its first configuration. One commit is fetched at a time, into memory. */
import type { HttpClient } from "isomorphic-git";
import { messageOf, SysError } from "../../errors.ts";
import { joinChunks } from "../../system/contents.ts";
import type { System } from "../../system/mod.ts";
import { request } from "../http/request.ts";
import { basicAuth } from "./environment.ts";
import { memoryFs } from "./memory_fs.ts";
import { isFullRevision, noSuchRef } from "./refs.ts";
import type { Repository, RepositoryOptions } from "./types.ts";
import { writeEntry } from "./tree.ts";

/** Where the one repository lies in memory. */
const GITDIR = "/repository";

/** Opens a repository through the embedded implementation. */
export async function embeddedGit(
  system: Pick<System, "fs" | "network" | "clock" | "host">,
  { remote, token, signal }: RepositoryOptions,
): Promise<Repository> {
  const { default: git } = await import("isomorphic-git");
  const http = httpClient(system, token ?? null, signal ?? new AbortController().signal);

  /** Commits of submodules, by the revision that pins them. */
  const pinned = new Map<string, ReadonlyMap<string, string>>();

  async function refsOf(): Promise<Map<string, string>> {
    const listed = await attempt(
      `ask ${remote} for its branches`,
      () => git.listServerRefs({ http, url: remote, symrefs: true, peelTags: true }),
    );
    const refs = new Map<string, string>();
    for (const { ref, oid, peeled } of listed) refs.set(ref, peeled ?? oid);
    return refs;
  }

  async function resolve(ref: string | null): Promise<string> {
    if (ref !== null && isFullRevision(ref)) return ref;
    const refs = await refsOf();
    const names = ref === null ? ["HEAD"] : [`refs/heads/${ref}`, `refs/tags/${ref}`, ref];
    for (const name of names) {
      const rev = refs.get(name);
      if (rev) return rev;
    }
    if (ref === null) throw new SysError("fetch", `Cannot resolve ${remote}: it has no commits`);
    throw noSuchRef(remote, ref, refs);
  }

  async function exportTree(rev: string, folder: string): Promise<number> {
    const memory = { fs: memoryFs(), gitdir: GITDIR };
    await git.init({ ...memory, bare: true });
    await git.addRemote({ ...memory, remote: "origin", url: remote });
    const fetched = { http, url: remote, depth: 1, singleBranch: true, tags: false };
    await attempt(
      `fetch revision ${rev} of ${remote}`,
      () => git.fetch({ ...memory, ...fetched, ref: rev, remoteRef: rev }),
    );
    const { commit } = await git.readCommit({ ...memory, oid: rev });
    const links = new Map<string, string>();
    pinned.set(rev, links);
    await writeTree(commit.tree, "");
    return commit.committer.timestamp;

    async function writeTree(oid: string, prefix: string): Promise<void> {
      const { tree } = await git.readTree({ ...memory, oid });
      for (const { mode, path: name, oid, type } of tree) {
        const path = prefix + name;
        if (type === "tree") {
          await writeTree(oid, `${path}/`);
          continue;
        }
        if (type === "commit") links.set(path, oid);
        const content = type === "blob"
          ? (await git.readBlob({ ...memory, oid })).blob
          : new Uint8Array();
        writeEntry(system.fs, folder, { mode, oid, size: content.length, path }, content);
      }
    }
  }

  return { resolve, export: exportTree, submodules: (rev) => pinned.get(rev) ?? new Map() };
}

async function attempt<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof SysError) throw error;
    throw new SysError("fetch", `Cannot ${doing}: ${messageOf(error)}`, {
      hint:
        "there is no git on PATH, so the one inside sys was used; install git for ssh and helpers",
      cause: error,
    });
  }
}

/** Milliseconds until a server must have begun to answer. */
const CONNECT_TIMEOUT = 60_000;

/** What isomorphic-git asks of HTTP, through the network port. */
function httpClient(
  system: Pick<System, "fs" | "network" | "clock" | "host">,
  token: string | null,
  signal: AbortSignal,
): HttpClient {
  return {
    async request({ url, method = "GET", headers = {}, body }) {
      const chunks: Uint8Array[] = [];
      if (body) { for await (const chunk of body) chunks.push(chunk); }
      const answer = await request(system, {
        url,
        method: method as "GET" | "POST",
        headers,
        connectTimeout: CONNECT_TIMEOUT,
        signal,
        ...(token === null ? {} : { privateHeaders: { authorization: basicAuth(token) } }),
        ...(chunks.length > 0 ? { body: joinChunks(chunks) } : {}),
      });
      return {
        url: answer.url,
        method,
        statusCode: answer.status,
        statusMessage: String(answer.status),
        headers: Object.fromEntries(answer.headers),
        body: (answer.body ?? new Blob([]).stream())[Symbol.asyncIterator](),
      };
    },
  };
}
