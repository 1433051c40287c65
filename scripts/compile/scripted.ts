/** Loads what is a script in the executable: `main.ts`, `program.ts`, packages. With those that every command needs goes
 * what V8 has made of them; where that is of another V8, or not there, V8 makes it anew.
 *
 * Nothing is imported: to load one module of the runtime's takes as long as to run all of `main.ts`. On Linux the parts
 * lie in the executable's file before what the runtime itself reads of it at every start, into memory, twice. */
import type { Script } from "node:vm";

/** Where each part starts, and how many bytes it has. Set where this is bundled, as all that follows. */
declare const PARTS: Readonly<Record<string, readonly [start: number, length: number]>>;
/** Of all parts. */
declare const LENGTH: number;
/** What they begin with. */
declare const MARK: string;
declare const process: { getBuiltinModule(name: string): unknown };

const vm = process.getBuiltinModule("node:vm") as typeof import("node:vm");
const decoder = new TextDecoder();
/** Open as long as the process lives: another executable may take its place. */
const file = Deno.openSync(
  Deno.build.os === "linux" ? Deno.execPath() : `${import.meta.dirname}/parts.bin`,
);
const begin = Deno.build.os === "linux" ? beforeModules() : 0;

if (decoder.decode(read(begin, MARK.length)) !== MARK) {
  throw new Error("The executable was replaced while it was started; run the command again");
}

/** The whole of the program but for its start. */
export const PROGRAM = "./program.ts";

/** The byte code of the program for a command: all that the usual ones call takes 4 ms to read, so those that call little
 * have their own. */
export function cacheOf([command]: readonly string[]): string {
  return command === "status" || command === "history" ? "looking" : "changing";
}

/** A module as a script. */
export interface Scripted {
  readonly source: string;
  readonly script: Script;
  /** Runs it, gives what it exports. */
  run(): Promise<Record<string, unknown>>;
}

/** @param cache names its byte code */
export function scripted(name: string, cache: string = name): Scripted {
  const source = decoder.decode(part(name));
  const cachedData = part(`${cache}.cache`);
  const script = new vm.Script(source, {
    filename: `${name}.js`,
    ...(cachedData.length > 0 ? { cachedData } : {}),
  });
  return { source, script, run: () => script.runInThisContext()(process.getBuiltinModule, load) };
}

/** What is imported when it is needed. Of a package that was born as CommonJS all names are exported. */
async function load(name: string): Promise<unknown> {
  if (!Object.hasOwn(PARTS, name)) return await import(name);
  const exported = await scripted(name, name === PROGRAM ? cacheOf(Deno.args) : name).run();
  const names = Object.keys(exported);
  return names.length === 1 && names[0] === "default"
    ? { ...exported.default as object, ...exported }
    : exported;
}

function part(name: string): Uint8Array {
  if (!Object.hasOwn(PARTS, name)) return new Uint8Array();
  const [start, length] = PARTS[name];
  return read(begin + start, length);
}

/** Where the parts begin in an executable: it ends with the modules that Deno reads, and 24 bytes that tell their
 * length. */
function beforeModules(): number {
  const end = file.seekSync(-8, Deno.SeekMode.End);
  const length = new DataView(read(end, 8).buffer).getBigUint64(0, true);
  return end - 16 - Number(length) - LENGTH;
}

function read(start: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  file.seekSync(start, Deno.SeekMode.Start);
  for (let done = 0; done < length;) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) throw new Error("The executable is cut off");
    done += count;
  }
  return bytes;
}
