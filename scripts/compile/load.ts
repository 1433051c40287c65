/** What stands in place of `program.ts` in the executable: the same as a script, with what V8 has made of it. Where that
 * is of another V8, or not there, V8 makes it anew. */
import { Buffer } from "node:buffer";
import process from "node:process";
import vm from "node:vm";
import type { runCommand as Run, serveAsAgent as Serve } from "../../program.ts";

/** Files of pieces by what they are imported as; set where this is bundled. */
declare const PIECES: Readonly<Record<string, string>>;

const here = import.meta.dirname!;
const cachedData = Deno.readFileSync(`${here}/program.cache`);

export const source = Deno.readTextFileSync(`${here}/program.script`);

/** The script. */
export const script = new vm.Script(source, {
  filename: "sys.js",
  ...(cachedData.length > 0 ? { cachedData: Buffer.from(cachedData.buffer) } : {}),
});

/** What `program.ts` exports. */
export const { runCommand, serveAsAgent }: {
  runCommand: typeof Run;
  serveAsAgent: typeof Serve;
} = script.runInThisContext()(
  (name: string) => process.getBuiltinModule(name),
  (name: string) => import(Object.hasOwn(PIECES, name) ? PIECES[name] : name),
);
