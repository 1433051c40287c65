/** Takes bytes in pieces, finds hash parts of objects and the store's path in them, also across pieces. */
import { Buffer } from "node:buffer";
import { HashScan } from "../../store/scan.ts";

const HASH = 32;

export class StreamScan {
  /** The path has occurred. */
  pathSeen = false;
  readonly #scan: HashScan;
  readonly #path: Buffer;
  readonly #overlap: number;
  #tail: Uint8Array = new Uint8Array();

  /** `wanted` hash parts are looked for, and the path of a folder. */
  constructor(wanted: Iterable<string>, folder: string) {
    this.#scan = new HashScan(wanted);
    this.#path = Buffer.from(`${folder}/`);
    this.#overlap = Math.max(HASH, this.#path.length) - 1;
  }

  /** The hash parts that have occurred. */
  get found(): ReadonlySet<string> {
    return this.#scan.found;
  }

  see(bytes: Uint8Array): void {
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, this.#overlap)]);
    this.#look(seam);
    if (bytes.length > this.#overlap) this.#look(bytes);
    const end = bytes.length < this.#overlap ? seam : bytes;
    this.#tail = end.slice(Math.max(0, end.length - this.#overlap));
  }

  /** What comes next does not go on from here. */
  restart(): void {
    this.#tail = new Uint8Array();
  }

  #look(bytes: Uint8Array) {
    this.#scan.see(bytes);
    this.pathSeen ||= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .includes(this.#path);
  }
}
