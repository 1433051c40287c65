/** Loads `main.ts` and `program.ts`, which are scripts in the executable, with what V8 has made of them. Where that is of
 * another V8, or not there, V8 makes it anew.
 *
 * Nothing is imported: to load one module of the runtime's takes as long as to run all of `main.ts`. */
import type { Script } from "node:vm";

/** Files of pieces by what they are imported as; set where this is bundled. */
declare const PIECES: Readonly<Record<string, string>>;
declare const process: { getBuiltinModule(name: string): unknown };

const here = import.meta.dirname;
const vm = process.getBuiltinModule("node:vm") as typeof import("node:vm");

/** A module as a script, by its name without an ending. */
export interface Scripted {
  readonly source: string;
  readonly script: Script;
  /** Runs it, gives what it exports. */
  run(): Promise<unknown>;
}

export function scripted(name: string): Scripted {
  const source = Deno.readTextFileSync(`${here}/${name}.script`);
  const cachedData = Deno.readFileSync(`${here}/${name}.cache`);
  const script = new vm.Script(source, {
    filename: `${name}.js`,
    ...(cachedData.length > 0 ? { cachedData } : {}),
  });
  return { source, script, run: () => script.runInThisContext()(process.getBuiltinModule, load) };
}

/** What is imported when it is needed. */
function load(name: string): Promise<unknown> {
  if (name === "./program.ts") return scripted("program").run();
  return import(Object.hasOwn(PIECES, name) ? PIECES[name] : name);
}
