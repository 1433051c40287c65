/** A download that is not complete yet: its file, the hash of what is there, and what it is a part of. */
import { createHash, type Hash } from "node:crypto";
import { type Algorithm, type Digest, toDigest } from "../../digest.ts";
import { hashTree } from "../../store/nar.ts";
import type { FileHandle, FileSystem } from "../../system/mod.ts";
import { readChunks } from "../../system/contents.ts";

/** Which answer a part belongs to. */
export interface ResponseId {
  readonly url: string;
  /** ETag or date that tells whether the file is still the same; null when the server gave none. */
  readonly validator: string | null;
}

/** Where to go on. */
export interface Resume {
  readonly from: number;
  readonly validator: string;
}

export class Partial {
  /** Bytes that are there. */
  size = 0;
  /** The most bytes that were ever there. */
  best = 0;
  /** Whether some of them were left by an earlier process. */
  inherited = false;
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #algorithm: Algorithm;
  #hash: Hash;
  #handle: FileHandle | null = null;

  constructor(fs: FileSystem, path: string, algorithm: Algorithm) {
    this.#fs = fs;
    this.#path = path;
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  /** Whether the NAR of the whole file has a hash: one for another purpose. */
  hasNar(digest: Digest): boolean {
    return toDigest("sha256", hashTree(this.#fs, this.#path)) === digest;
  }

  /** Where a download from this URL may go on, or null when it has to start from nothing. */
  resumable(url: string): Resume | null {
    const origin = this.#origin();
    const info = this.#fs.lstat(this.#path);
    if (origin?.url !== url || origin.validator === null || info?.kind !== "file") return null;
    if (info.size === 0) return null;
    if (this.#handle === null || this.size !== info.size) {
      // Left by an earlier process: its bytes have to go through the hash as well.
      this.inherited = true;
      this.close();
      this.#hash = createHash(this.#algorithm);
      this.size = 0;
      for (const chunk of readChunks(this.#fs, this.#path)) {
        this.#hash.update(chunk);
        this.size += chunk.length;
      }
      this.#handle = this.#fs.append(this.#path, 0o600);
    }
    return { from: this.size, validator: origin.validator };
  }

  /** Forgets what is there and begins with the first byte. */
  restart(origin: ResponseId | null): void {
    this.discard();
    if (origin !== null && origin.validator !== null) {
      const note = this.#fs.create(`${this.#path}.json`, 0o600);
      note.write(new TextEncoder().encode(JSON.stringify(origin)));
      note.close();
    }
    this.#handle = this.#fs.create(this.#path, 0o600);
  }

  write(bytes: Uint8Array): void {
    this.#handle?.write(bytes);
    this.#hash.update(bytes);
    this.size += bytes.length;
    this.best = Math.max(this.best, this.size);
  }

  /** Hash of all bytes. */
  digest(): Uint8Array {
    return this.#hash.copy().digest();
  }

  /** Moves the complete file to its final path. */
  become(path: string): void {
    this.close();
    this.#fs.chmod(this.#path, 0o444);
    this.#fs.rename(this.#path, path);
    this.#removeNote();
  }

  /** Removes what is there. */
  discard(): void {
    this.close();
    if (this.#fs.lstat(this.#path) !== null) this.#fs.remove(this.#path);
    this.#removeNote();
    this.#hash = createHash(this.#algorithm);
    this.size = 0;
    this.inherited = false;
  }

  close(): void {
    this.#handle?.close();
    this.#handle = null;
  }

  #removeNote(): void {
    if (this.#fs.lstat(`${this.#path}.json`) !== null) this.#fs.remove(`${this.#path}.json`);
  }

  #origin(): ResponseId | null {
    if (this.#fs.lstat(`${this.#path}.json`) === null) return null;
    try {
      const note = JSON.parse(new TextDecoder().decode(this.#fs.readFile(`${this.#path}.json`)));
      return typeof note.url === "string" ? note : null;
    } catch {
      // Cut off in the middle of a write: without it, the download starts over.
      return null;
    }
  }
}
