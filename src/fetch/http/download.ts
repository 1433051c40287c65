/** Takes URLs and a hash, gives a file in the download cache whose content has that hash.
 *
 * Below `<cache>/downloads/`: `<algorithm>-<hex>` is a complete file, `part/<key>` one that is not yet, with
 * `part/<key>.json` telling which answer it is a part of, and `lock/<key>` is held while it is written. */
import { inCache } from "../in_cache.ts";
import { createHash } from "node:crypto";
import { join } from "node:path/posix";
import {
  type Algorithm,
  type Digest,
  digestParts,
  sha256Hex,
  toDigest,
  toHex,
} from "../../digest.ts";
import { messageOf, SysError } from "../../errors.ts";
import type { System } from "../../system/mod.ts";
import { lockOrAbort } from "../../system/abortable_lock.ts";
import { readChunks } from "../../system/contents.ts";
import { type Auth, authorization, shownUrl } from "./credentials.ts";
import { pathOfFileUrl } from "./file_url.ts";
import { Partial } from "./partial.ts";
import { FetchFailure, request } from "./request.ts";
import { failureOf, retry, RETRY_POLICY, type RetryPolicy } from "./retry.ts";
import { makeFolders } from "../../system/folders.ts";

/** What a download needs of the world. */
export type DownloadSystem = Pick<System, "fs" | "network" | "clock" | "host">;

/** How far a download is. */
export interface DownloadProgress {
  readonly url: string;
  readonly bytes: number;
  /** Null where the server does not say. */
  readonly total: number | null;
}

export interface DownloadRequest {
  /** The same file at several places, tried in order: https, http or file URLs. */
  readonly urls: readonly string[];
  /** Null only where the caller will pin what comes. */
  readonly digest: Digest | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: Auth;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal: AbortSignal;
  readonly retryPolicy?: RetryPolicy;
}

export interface Downloaded {
  /** A read-only file in the cache. */
  readonly path: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/**
 * Downloads a file, or finds it in the cache, where its content is checked again. Two that want the same file
 * take turns, also when they are two processes, and the second finds what the first has brought.
 * @throws SysError of kind "fetch"
 */
export function download(
  system: DownloadSystem,
  cacheDir: string,
  wanted: DownloadRequest,
): Promise<Downloaded> {
  return inCache(cacheDir, () => downloadInto(system, cacheDir, wanted));
}

async function downloadInto(
  system: DownloadSystem,
  cacheDir: string,
  wanted: DownloadRequest,
): Promise<Downloaded> {
  const { fs } = system;
  const folder = join(cacheDir, "downloads");
  makeFolders(fs, join(folder, "part"));
  makeFolders(fs, join(folder, "lock"));
  const key = wanted.digest === null
    ? `url-${sha256Hex(wanted.urls.join("\n"))}`
    : fileNameOf(wanted.digest);
  const lock = await lockOrAbort(fs, join(folder, "lock", key), wanted.signal);
  try {
    const cached = wanted.digest === null ? null : fromCache(system, folder, wanted.digest);
    return cached ?? await fromMirrors(system, folder, key, wanted);
  } finally {
    lock.release();
  }
}

/** The cache's file with this hash, if its content still is what it was. */
function fromCache(system: DownloadSystem, folder: string, digest: Digest): Downloaded | null {
  const path = join(folder, fileNameOf(digest));
  const info = system.fs.lstat(path);
  if (info === null) return null;
  if (info.kind === "file") {
    const hash = createHash(digestParts(digest).algorithm);
    for (const chunk of readChunks(system.fs, path, 1 << 20)) hash.update(chunk);
    if (toDigest(digestParts(digest).algorithm, hash.digest()) === digest) {
      return { path, digest, size: info.size };
    }
  }
  system.fs.remove(path);
  return null;
}

async function fromMirrors(
  system: DownloadSystem,
  folder: string,
  key: string,
  wanted: DownloadRequest,
): Promise<Downloaded> {
  const failures: string[] = [];
  let hint: string | undefined;
  for (const url of wanted.urls) {
    try {
      return await fromUrl(system, folder, key, url, wanted);
    } catch (thrown) {
      if (wanted.signal.aborted) throw wanted.signal.reason;
      if (!(thrown instanceof FetchFailure || thrown instanceof WrongHash)) throw thrown;
      if (thrown instanceof WrongHash) hint = thrown.hint;
      failures.push(`${shownUrl(url)}: ${messageOf(thrown)}`);
    }
  }
  if (failures.length === 1) throw new SysError("fetch", `Cannot fetch ${failures[0]}`, { hint });
  const what = shownUrl(wanted.urls[0]);
  throw new SysError("fetch", `Cannot fetch ${what}: all ${failures.length} mirrors failed`, {
    hint,
    notes: failures,
  });
}

class WrongHash extends Error {
  readonly hint: string;
  constructor(wanted: Digest, got: Digest, isNar: boolean) {
    super(`its hash is ${got}, and ${wanted} was wanted`);
    this.hint = isNar
      ? "what was wanted is the hash of the file's NAR, which is for `derive { sha256 = … }`; write the other one"
      : "if the new content is the right one, put its hash into the configuration; nothing was kept";
  }
}

async function fromUrl(
  system: DownloadSystem,
  folder: string,
  key: string,
  url: string,
  wanted: DownloadRequest,
): Promise<Downloaded> {
  const algorithm = wanted.digest === null ? "sha256" : digestParts(wanted.digest).algorithm;
  const partial = new Partial(system.fs, join(folder, "part", key), algorithm);
  let digest = await complete(system, partial, url, algorithm, wanted);
  if (wanted.digest !== null && digest !== wanted.digest && partial.inherited) {
    // What an earlier process left may have been damaged when the machine went down.
    partial.discard();
    digest = await complete(system, partial, url, algorithm, wanted);
  }
  if (wanted.digest !== null && digest !== wanted.digest) {
    const isNar = partial.hasNar(wanted.digest);
    partial.discard();
    throw new WrongHash(wanted.digest, digest, isNar);
  }
  const path = join(folder, fileNameOf(digest));
  if (system.fs.lstat(path) !== null) system.fs.remove(path);
  partial.become(path);
  return { path, digest, size: partial.size };
}

/** Brings all of a URL's bytes into the part. */
async function complete(
  system: DownloadSystem,
  partial: Partial,
  url: string,
  algorithm: Algorithm,
  wanted: DownloadRequest,
): Promise<Digest> {
  const retryPolicy = wanted.retryPolicy ?? RETRY_POLICY;
  try {
    if (/^file:/i.test(url)) copyLocal(system, url, partial);
    else {
      const attempt = () => transfer(system, url, partial, wanted, retryPolicy);
      await retry(system.clock, retryPolicy, wanted.signal, attempt, () => partial.best);
    }
  } finally {
    partial.close();
  }
  return toDigest(algorithm, partial.digest());
}

function copyLocal(system: DownloadSystem, url: string, partial: Partial): void {
  let path: string;
  try {
    path = pathOfFileUrl(url, system.host.os);
  } catch (thrown) {
    throw new FetchFailure(messageOf(thrown), false);
  }
  const info = system.fs.lstat(path);
  if (info === null) throw new FetchFailure("the file does not exist", false);
  if (info.kind === "dir") throw new FetchFailure("it is a folder", false);
  partial.restart(null);
  for (const chunk of readChunks(system.fs, path)) partial.write(chunk);
}

/** One attempt: asks for what is missing, and writes what comes. */
async function transfer(
  system: DownloadSystem,
  url: string,
  partial: Partial,
  wanted: DownloadRequest,
  retryPolicy: RetryPolicy,
): Promise<void> {
  const range = partial.resumable(url);
  const stalled = new AbortController();
  const signal = AbortSignal.any([wanted.signal, stalled.signal]);
  const answer = await request(system, {
    url,
    privateHeaders: {
      ...wanted.headers,
      ...(wanted.auth === undefined ? {} : { authorization: authorization(wanted.auth) }),
    },
    headers: range === null ? {} : { range: `bytes=${range.from}-`, "if-range": range.validator },
    connectTimeout: retryPolicy.connect,
    signal,
  });
  const failure = failureOf(answer.status, answer.headers, system.clock.now());
  if (failure !== null) {
    await answer.body?.cancel();
    if (answer.status !== 416) throw failure;
    // What is there is longer than the file by now: the next attempt starts over.
    partial.discard();
    throw new FetchFailure("the server could not resume it", true, 0);
  }
  const resumed = answer.status === 206 && range !== null &&
    new RegExp(`^bytes ${range.from}-`).test(answer.headers.get("content-range") ?? "");
  if (answer.status === 206 && !resumed) {
    await answer.body?.cancel();
    partial.discard();
    throw new FetchFailure("the server sent another part than was asked for", true);
  }
  if (!resumed) partial.restart({ url, validator: validatorOf(answer.headers) });
  const total = totalOf(answer.headers, partial.size);
  await receive(system, answer.body, partial, retryPolicy.idle, stalled, (bytes) => {
    wanted.onProgress?.({ url: shownUrl(url), bytes, total });
  }).catch((thrown) => {
    if (wanted.signal.aborted) throw wanted.signal.reason;
    if (thrown instanceof SysError) throw thrown;
    throw new FetchFailure(
      messageOf(stalled.signal.aborted ? stalled.signal.reason : thrown),
      true,
    );
  });
  if (total !== null && partial.size !== total) {
    if (partial.size > total) partial.discard();
    throw new FetchFailure(`it ended after ${partial.size} of ${total} bytes`, true);
  }
}

/** Writes a body as it comes; gives up when nothing has come for `idle` milliseconds. */
async function receive(
  system: DownloadSystem,
  body: ReadableStream<Uint8Array> | null,
  partial: Partial,
  idle: number,
  stalled: AbortController,
  onBytes: (bytes: number) => void,
): Promise<void> {
  onBytes(partial.size);
  if (body === null) return;
  const ended = new AbortController();
  const watch = async () => {
    for (let seen = -1; seen !== partial.size;) {
      seen = partial.size;
      await system.clock.sleep(idle, ended.signal);
    }
    stalled.abort(new Error(`nothing came for ${idle / 1000} s`));
  };
  watch().catch(() => {});
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      partial.write(next.value);
      onBytes(partial.size);
    }
  } catch (thrown) {
    await reader.cancel().catch(() => {});
    throw thrown;
  } finally {
    ended.abort();
  }
}

/** What `If-Range` may hold: a strong entity tag, or a date. */
function validatorOf(headers: Headers): string | null {
  const tag = headers.get("etag");
  if (tag !== null && !tag.startsWith("W/")) return tag;
  return headers.get("last-modified");
}

function totalOf(headers: Headers, before: number): number | null {
  const length = headers.get("content-length");
  return length === null || !/^\d+$/.test(length) ? null : before + Number(length);
}

/** `<algorithm>-<hex>`: a digest as a file name, without the slashes of base64. */
function fileNameOf(digest: Digest): string {
  const { algorithm, bytes } = digestParts(digest);
  return `${algorithm}-${toHex(bytes)}`;
}
