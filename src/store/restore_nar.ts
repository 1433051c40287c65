/** Takes a NAR from anybody, makes the tree that it describes.
 *
 * Only the one canonical form is accepted (see `nar.ts`): names in order and each once, nothing that leads out of the
 * tree, zeroes as padding, no byte too many. So what was restored has the hash that the archive had, and nothing is
 * ever written through a link. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { dirname } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { FileSystem } from "../system/mod.ts";
import { type NameKey, nameKey } from "../system/name_key.ts";
import { removeTree } from "./remove.ts";
import { discard } from "../system/write_atomic.ts";

export interface RestoreOptions {
  /** The archive has to end after so many bytes. Default: 64 GiB. */
  readonly maxBytes?: number;
}

export interface Restored {
  /** SHA-256 of the archive. */
  readonly digest: Uint8Array;
  /** Bytes of the archive. */
  readonly size: number;
}

const DEFAULT_MAX_BYTES = 64 * 2 ** 30;
/** What the usual file systems take. */
const MAX_NAME = 255;
const MAX_TARGET = 4095;
/** Folders within folders; a path of this depth could not be opened anyway. */
const MAX_DEPTH = 1000;
/** Longest word of the grammar: `executable`, `nix-archive-1`. */
const MAX_WORD = 16;

/**
 * Makes a tree at a path where nothing is. Permissions are 0644 and 0755.
 * @throws SysError of kind "store" when the archive is not a proper one; nothing is left behind then
 */
export async function restoreNar(
  fs: FileSystem,
  path: string,
  archive: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: RestoreOptions = {},
): Promise<Restored> {
  const input = new NarInput(archive, options.maxBytes ?? DEFAULT_MAX_BYTES);
  if (fs.lstat(path) !== null) {
    throw new SysError("store", `Cannot unpack an archive to ${path}: something is there`);
  }
  const key = nameKey(fs, dirname(path));
  try {
    await input.word("nix-archive-1");
    await restoreNode({ fs, key }, path, input, 0);
    return await input.end();
  } catch (thrown) {
    discard(() => removeTree(fs, path));
    throw thrown;
  } finally {
    await input.close();
  }
}

/** Where it goes, and how names are compared there. */
interface Target {
  readonly fs: FileSystem;
  readonly key: NameKey;
}

async function restoreNode(to: Target, path: string, input: NarInput, depth: number) {
  const { fs } = to;
  if (depth > MAX_DEPTH) throw input.refuse(`folders lie more than ${MAX_DEPTH} deep`);
  await input.word("(");
  await input.word("type");
  const type = await input.oneOf("regular", "symlink", "directory");
  if (type === "regular") {
    let word = await input.oneOf("contents", "executable");
    const executable = word === "executable";
    if (executable) {
      await input.word("");
      word = await input.oneOf("contents");
    }
    const file = fs.create(path, executable ? 0o755 : 0o644);
    try {
      await input.content((bytes) => file.write(bytes));
    } finally {
      file.close();
    }
    await input.word(")");
  } else if (type === "symlink") {
    await input.word("target");
    const target = await input.text(MAX_TARGET);
    if (target === "" || target.includes("\0")) throw input.refuse("a link leads nowhere");
    fs.symlink(target, path);
    await input.word(")");
  } else {
    fs.mkdir(path, 0o755);
    await restoreEntries(to, path, input, depth);
  }
}

async function restoreEntries(to: Target, path: string, input: NarInput, depth: number) {
  const keys = new Map<string, string>();
  let last: Buffer | null = null;
  while (await input.oneOf("entry", ")") === "entry") {
    await input.word("(");
    await input.word("name");
    const name = await input.text(MAX_NAME);
    if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
      throw input.refuse(`${JSON.stringify(name)} is no name for a file`);
    }
    const bytes: Buffer = Buffer.from(name);
    if (last !== null && Buffer.compare(last, bytes) >= 0) {
      throw input.refuse(`${JSON.stringify(name)} comes twice or out of order`);
    }
    last = bytes;
    const twin = keys.get(to.key(name));
    if (twin !== undefined) {
      throw input.refuse(`${JSON.stringify(twin)} and ${JSON.stringify(name)} are one name here`);
    }
    keys.set(to.key(name), name);
    await input.word("node");
    await restoreNode(to, `${path}/${name}`, input, depth + 1);
    await input.word(")");
  }
}

/** The tokens of an archive, one after the other. */
class NarInput {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #maxBytes: number;
  readonly #hash = createHash("sha256");
  readonly #text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** What has been received and not yet been used. */
  #held: Buffer = Buffer.alloc(0);
  #size = 0;
  #ended = false;

  constructor(archive: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes: number) {
    this.#chunks = Symbol.asyncIterator in archive
      ? archive[Symbol.asyncIterator]()
      : archive[Symbol.iterator]();
    this.#maxBytes = maxBytes;
  }

  refuse(why: string): SysError {
    return new SysError("store", `Cannot unpack the archive: ${why}`, {
      hint: "it is damaged, or somebody has made it to do harm",
    });
  }

  async word(expected: string): Promise<void> {
    await this.oneOf(expected);
  }

  async oneOf(...expected: string[]): Promise<string> {
    const found = await this.text(MAX_WORD);
    if (expected.includes(found)) return found;
    throw this.refuse(`it has ${JSON.stringify(found)} where ${expected.join(" or ")} has to be`);
  }

  async text(maxLength: number): Promise<string> {
    const length = await this.#length();
    if (length > maxLength) throw this.refuse(`a text of ${length} bytes is too long`);
    const bytes = await this.#take(length + padding(length));
    if (bytes.subarray(length).some((byte) => byte !== 0)) {
      throw this.refuse("its padding is wrong");
    }
    try {
      return this.#text.decode(bytes.subarray(0, length));
    } catch {
      throw this.refuse("a name is not UTF-8");
    }
  }

  async content(sink: (bytes: Uint8Array) => void): Promise<void> {
    const length = await this.#length();
    for (let left = length; left > 0;) {
      if (this.#held.length === 0 && !await this.#receive()) throw this.refuse("it ends too early");
      const bytes = this.#held.subarray(0, Math.min(left, this.#held.length));
      sink(bytes);
      this.#held = this.#held.subarray(bytes.length);
      left -= bytes.length;
    }
    const rest = await this.#take(padding(length));
    if (rest.some((byte) => byte !== 0)) throw this.refuse("its padding is wrong");
  }

  async end(): Promise<Restored> {
    if (this.#held.length > 0 || await this.#receive()) throw this.refuse("more follows its end");
    return { digest: this.#hash.digest(), size: this.#size };
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#chunks.return?.();
  }

  async #length(): Promise<number> {
    const bytes = await this.#take(8);
    const length = bytes.readUInt32LE(4) * 0x1_0000_0000 + bytes.readUInt32LE(0);
    if (length > this.#maxBytes) throw this.refuse(`a length of ${length} bytes is too much`);
    return length;
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      if (!await this.#receive()) throw this.refuse("it ends too early");
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** Gets at least one more byte; false at the end. */
  async #receive(): Promise<boolean> {
    while (!this.#ended) {
      const { done, value } = await this.#chunks.next();
      if (done) {
        this.#ended = true;
        break;
      }
      if (value.length === 0) continue;
      this.#size += value.length;
      if (this.#size > this.#maxBytes) {
        throw this.refuse(`it is longer than ${this.#maxBytes} bytes`);
      }
      this.#hash.update(value);
      this.#held = this.#held.length === 0
        ? Buffer.from(value)
        : Buffer.concat([this.#held, value]);
      return true;
    }
    return false;
  }
}

function padding(length: number): number {
  return (8 - length % 8) % 8;
}
