/** Takes what a build says, keeps all of it in a file and its last lines for an error. */
import { dirname } from "node:path";
import type { FileHandle, FileSystem } from "../system/mod.ts";
import { makeFolders } from "../system/folders.ts";

/** Lines shown when a build fails. */
const LAST = 20;

export class BuildLog {
  readonly #handle: FileHandle;
  readonly #onLine: (line: string) => void;
  readonly #last: string[] = [];
  /** Lines that are not complete yet, by stream. */
  readonly #open = new Map<string, { decoder: TextDecoder; text: string }>();

  /** Begins a new log; an older one at this path is gone. */
  constructor(fs: FileSystem, path: string, onLine: (line: string) => void) {
    makeFolders(fs, dirname(path));
    if (fs.lstat(path) !== null) fs.remove(path);
    this.#handle = fs.create(path, 0o644);
    this.#onLine = onLine;
  }

  /** The last lines. */
  get last(): readonly string[] {
    return this.#last;
  }

  line(text: string): void {
    for (const line of text.split("\n")) this.#put(line);
  }

  /** A chunk of a program's output, which may end anywhere. */
  bytes(bytes: Uint8Array, stream: string): void {
    let open = this.#open.get(stream);
    if (open === undefined) this.#open.set(stream, open = { decoder: new TextDecoder(), text: "" });
    const lines = (open.text + open.decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    open.text = lines.pop() ?? "";
    for (const line of lines) this.#put(line);
  }

  /** The program has ended: what it left without a line's end is a line. */
  flush(): void {
    for (const { text, decoder } of this.#open.values()) {
      const rest = text + decoder.decode();
      if (rest !== "") this.#put(rest);
    }
    this.#open.clear();
  }

  close(): void {
    this.flush();
    this.#handle.close();
  }

  #put(line: string): void {
    this.#handle.write(new TextEncoder().encode(`${line}\n`));
    this.#last.push(line);
    if (this.#last.length > LAST) this.#last.shift();
    this.#onLine(line);
  }
}
