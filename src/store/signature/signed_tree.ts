/** A view of a tree in which the signatures of Mach-O files are those that they have when hash parts are replaced. The
 * parts themselves are not: whoever reads through it does that. */
import type { FileHandle, FileInfo, ReadFs } from "../../system/mod.ts";
import type { Replacement } from "../scan.ts";
import { isMachO } from "./mach_o_parts.ts";
import { type Patch, renewedSignatures } from "./renewed.ts";

export class SignedTree implements ReadFs {
  readonly #fs: ReadFs;
  readonly #replacements: readonly Replacement[];
  readonly #files: ReadFs;

  /** `files`: the same files, where `fs` may show them only once. */
  constructor(fs: ReadFs, replacements: readonly Replacement[], files: ReadFs = fs) {
    this.#fs = fs;
    this.#replacements = replacements;
    this.#files = files;
  }

  openRead(path: string): FileHandle {
    return new SignedFile(
      this.#fs.openRead(path),
      () => renewedSignatures(this.#files, path, this.#replacements),
    );
  }

  lstat(path: string): FileInfo | null {
    return this.#fs.lstat(path);
  }

  readDir(path: string): string[] {
    return this.#fs.readDir(path);
  }

  readLink(path: string): string {
    return this.#fs.readLink(path);
  }

  readFile(path: string): Uint8Array {
    return this.#fs.readFile(path);
  }

  realPath(path: string): string {
    return this.#fs.realPath(path);
  }
}

/** A file that is read from its start to its end. */
class SignedFile implements FileHandle {
  readonly #source: FileHandle;
  readonly #renew: () => readonly Patch[];
  #patches: readonly Patch[] = [];
  #at = 0;

  constructor(source: FileHandle, renew: () => readonly Patch[]) {
    this.#source = source;
    this.#renew = renew;
  }

  read(buffer: Uint8Array): number {
    const count = this.#source.read(buffer);
    const bytes = buffer.subarray(0, count);
    // Of less than four bytes nothing can be told.
    if (this.#at === 0 && (isMachO(bytes) || (count > 0 && count < 4))) {
      this.#patches = this.#renew();
    }
    for (const patch of this.#patches) overlay(bytes, this.#at, patch);
    this.#at += count;
    return count;
  }

  seek(): void {
    throw new Error("a file whose signature is renewed is read from its start to its end");
  }

  write(bytes: Uint8Array): void {
    this.#source.write(bytes);
  }

  sync(): void {
    this.#source.sync();
  }

  close(): void {
    this.#source.close();
  }
}

/** Puts what of a patch lies in some bytes, of which the first is at a place, into them. */
function overlay(bytes: Uint8Array, start: number, { at, bytes: wanted }: Patch): void {
  const from = Math.max(start, at), to = Math.min(start + bytes.length, at + wanted.length);
  if (from < to) bytes.set(wanted.subarray(from - at, to - at), from - start);
}
