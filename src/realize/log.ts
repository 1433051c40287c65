/** Takes what a build says, keeps all of it in a file and its last lines for an error. */
import { dirname } from "node:path/posix";
import { type FileHandle, type FileSystem, FsError } from "../system/mod.ts";
import { makeFolders } from "../system/folders.ts";
import { shortened } from "../system/tail.ts";

/** Lines shown when a build fails. */
const LAST = 20;

/** Characters of a command that are shown in a message. */
const BRIEF = 72;

/** Bytes of a line that is not complete yet, beyond which it is written all the same. */
const LONGEST = 64 << 10;

const NEWLINE = 10;

/** The log of one build. Whatever was said is in the file at once: it is whole also when sys is killed. */
export class BuildLog {
  readonly #handle: FileHandle;
  readonly #onText: (text: string) => void;
  #last: readonly string[] = [];
  /** The last command, as it is among the last lines. */
  #command: string | null = null;
  /** Beginnings of lines, by stream: lines of two streams do not mix. */
  readonly #open = new Map<string, Uint8Array>();
  /** The disk did not take something; the build was told, and ends. */
  #broken = false;

  /** Begins a new log; an older one at this path is gone. `onText` is given whole lines, each with its end. */
  constructor(fs: FileSystem, path: string, onText: (text: string) => void) {
    makeFolders(fs, dirname(path));
    this.#handle = createAnew(fs, path);
    this.#onText = onText;
  }

  /** The last lines. */
  get last(): readonly string[] {
    return this.#last;
  }

  line(text: string): void {
    this.#put(new TextEncoder().encode(`${text}\n`));
  }

  /** A command that is about to run: whole in the log, in a few words among the last lines. Gives these words. */
  command(shown: string): string {
    const [first, ...more] = shown.split("\n");
    const words = first.length > BRIEF || more.length > 0 ? `${first.slice(0, BRIEF)} …` : first;
    this.#put(new TextEncoder().encode(`$ ${shown}\n`), [`$ ${words}`]);
    this.#command = `$ ${words}`;
    return words;
  }

  /** The command has failed, and the error names it: it need not be among the last lines. */
  commandFailed(): void {
    const at = this.#last.lastIndexOf(this.#command ?? "");
    if (at >= 0) this.#last = this.#last.toSpliced(at, 1);
  }

  /** A chunk of a program's output, which may end anywhere. @throws FsError when the disk does not take it */
  bytes(bytes: Uint8Array, stream: string): void {
    const begun = this.#open.get(stream);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0 && bytes.length + (begun?.length ?? 0) <= LONGEST) {
      this.#open.set(stream, joined(begun, bytes));
      return;
    }
    this.#open.set(stream, bytes.slice(end === 0 ? bytes.length : end));
    this.#put(joined(begun, end === 0 ? bytes : bytes.subarray(0, end)));
  }

  /** The program has ended: what it left without a line's end is a line. */
  flush(): void {
    for (const rest of this.#open.values()) {
      if (rest.length > 0) this.#put(joined(rest, new Uint8Array([NEWLINE])));
    }
    this.#open.clear();
  }

  close(): void {
    this.flush();
    this.#handle.close();
  }

  #put(bytes: Uint8Array, brief?: readonly string[]): void {
    if (this.#broken) return;
    const text = new TextDecoder().decode(bytes);
    this.#last = [...this.#last, ...brief ?? lastLines(text)].slice(-LAST);
    this.#onText(text);
    try {
      this.#handle.write(bytes);
    } catch (thrown) {
      this.#broken = true;
      throw thrown;
    }
  }
}

/** A new file; what is there goes. As a rule nothing is: asking first would take as long as making it. */
function createAnew(fs: FileSystem, path: string): FileHandle {
  try {
    return fs.create(path, 0o644);
  } catch (thrown) {
    if (!(thrown instanceof FsError && thrown.code === "EEXIST")) throw thrown;
    fs.remove(path);
    return fs.create(path, 0o644);
  }
}

/** The last lines of a text, found from its end. */
function lastLines(text: string): string[] {
  let start = text.length - 1;
  for (let n = 0; n < LAST && start > 0; n++) start = text.lastIndexOf("\n", start - 1);
  const lines = text.slice(Math.max(0, start)).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return (start > 0 ? lines.slice(1) : lines).map(shortened);
}

function joined(first: Uint8Array | undefined, second: Uint8Array): Uint8Array {
  if (first === undefined || first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
