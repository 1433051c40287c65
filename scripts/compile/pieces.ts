/** What is large and seldom needed: packages for formats, Lua's image, help, what a thread runs.
 * Each is a part of its own, loaded when a command imports it. */
import { basename } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { BUNDLE, deno, PROJECT } from "./deno.ts";
import { scriptOf } from "./script.ts";

/** Packages that are no pieces: most commands import them, or only tests. */
const OTHERS = ["@stricli/core", "picocolors", "fast-check"];

/** As they are imported, and from where. */
const PIECES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["lua/image", "lua/build_library", "fetch/unpack/zstd/decoder", "cli/help"].map((path) => [
      `./${basename(path)}.generated.ts`,
      `${PROJECT}/src/${path}.generated.ts`,
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(config.imports).filter((name) => !OTHERS.includes(name)).map((
      name,
    ) => [name, name]),
  ),
};

/** What says where a thread's module is, as it is imported; the name by which it says so, and the module. */
const THREADS: Readonly<Record<string, readonly [name: string, path: string]>> = {
  "./thread_url.ts": ["THREAD_URL", "src/fetch/unpack/thread.ts"],
};

/** What they are imported as. */
export const PIECE_NAMES = [...Object.keys(PIECES), ...Object.keys(THREADS)];

/** Gives each as a script. */
export async function bundlePieces(): Promise<ReadonlyMap<string, string>> {
  return new Map([...await bundleFiles(), ...await bundleThreads()]);
}

/** A thread's module with all that it imports is a `data:` URL: what a thread runs is then of this executable, also
 * when another one has taken its place meanwhile. */
async function bundleThreads(): Promise<[name: string, script: string][]> {
  const scripts: [string, string][] = [];
  for (const [imported, [name, path]] of Object.entries(THREADS)) {
    await deno(["bundle", "--quiet", "--minify", "--outdir", `${BUNDLE}/threads`, path]);
    const module = Deno.readTextFileSync(`${BUNDLE}/threads/${basename(path, ".ts")}.js`);
    // A package that was born as CommonJS calls what a script is given, and a module is not.
    const code = `await ${scriptOf(module, [])}(process.getBuiltinModule,(name)=>import(name));`;
    const url = `data:text/javascript;base64,${new TextEncoder().encode(code).toBase64()}`;
    scripts.push([imported, scriptOf(`const url="${url}";export{url as ${name}};`, [])]);
  }
  return scripts;
}

async function bundleFiles(): Promise<ReadonlyMap<string, string>> {
  const folder = `${BUNDLE}/pieces`;
  Deno.mkdirSync(folder);
  const lines = Object.values(PIECES).map((from) => `()=>import(${JSON.stringify(from)}),`);
  Deno.writeTextFileSync(`${folder}/all.ts`, `export default[${lines.join("\n")}];`);
  // A module with all of its exports, whatever these are, is what a bundler makes of one that is imported when needed.
  const how = ["bundle", "--quiet", "--minify", "--outdir"];
  await deno([...how, folder, "--code-splitting", `${folder}/all.ts`]);
  const all = Deno.readTextFileSync(`${folder}/all.js`);
  const files = Array.from(all.matchAll(/import\("\.\/(.*?)"\)/g), ([, name]) => name);
  if (files.length !== Object.keys(PIECES).length) {
    throw new Error("not every piece is a file of its own");
  }
  await deno([...how, `${folder}/whole`, ...files.map((name) => `${folder}/${name}`)]);
  const text = (file: string) => Deno.readTextFileSync(`${folder}/whole/${file}`);
  return new Map(Object.keys(PIECES).map((name, n) => [name, scriptOf(text(files[n]), [])]));
}
