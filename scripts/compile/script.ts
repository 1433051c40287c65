/** Makes a module one script: a function that is given what it imports, and gives what it exports. V8 keeps what it has
 * made of a script, which it does not of a module. */
import { BUNDLE, deno } from "./deno.ts";

/** Names the parameters. `loader` has as many letters as `import`, so that the source map fits. */
const HEAD = '(async function(require,loader){"use strict";';
const END = "\n})\n";

/** `import a,{b as c}from"node:fs";` */
const IMPORT =
  /\bimport(?:\s*(\*\s*as\s+)?([\w$]+)\s*,?)?\s*(?:\{([^}]*)\})?\s*from\s*"([^"]+)";?/g;
/** The last statement; comments may follow. */
const EXPORT = /\bexport\s*\{([^}]*)\};?(?=\s*(?:\/\*(?:(?!\*\/)[^])*\*\/\s*)*$)/;

/** Bundles `<name>.ts`, gives it as a script; writes its source map, `<name>.js.map`.
 * @param without what it imports when it is needed, from elsewhere */
export async function bundleScript(name: string, without: readonly string[]): Promise<string> {
  await deno([
    ...["bundle", "--quiet", "--minify", "--sourcemap=external", "--outdir", BUNDLE],
    ...without.flatMap((name) => ["--external", name]),
    `${name}.ts`,
  ]);
  const map = `${BUNDLE}/${name}.js.map`;
  const { mappings, ...rest } = JSON.parse(Deno.readTextFileSync(map));
  Deno.writeTextFileSync(map, JSON.stringify({ ...rest, mappings: `;${mappings}` }));
  return scriptOf(Deno.readTextFileSync(`${BUNDLE}/${name}.js`), without);
}

/** The same as a script. What is taken out leaves spaces: places in it stay the same. */
export function scriptOf(module: string, without: readonly string[]): string {
  const imports: string[] = [];
  const body = module
    .replace(IMPORT, (text, all, name, some, from) => {
      if (!from.startsWith("node:")) throw new Error(`the script imports ${from}`);
      const of = `require("${from}")`;
      if (name !== undefined || all !== undefined) imports.push(`const ${name}=${of};`);
      if (some !== undefined) imports.push(`const{${renamed(some)}}=${of};`);
      return " ".repeat(text.length);
    })
    .replace(loads(without), "loader")
    // Where main.ts is, which is asked for by a program that runs from source.
    .replaceAll("import.meta.url", '""             ');
  if (/\bimport\.meta\b/.test(body)) throw new Error("a script does not know where it is");
  const end = EXPORT.exec(body);
  if (end === null && /[;}]export\b/.test(body)) throw new Error("what it exports is not last");
  const given = end?.[1].replace(/([\w$]+) as ([\w$]+)/g, "$2:$1");
  const last = given === undefined ? body : body.replace(EXPORT, () => `return{${given}};`);
  return `${HEAD}${imports.join("")}\n${last}${END}`;
}

/** Where one of these, or a module of the runtime's, is loaded. */
function loads(without: readonly string[]): RegExp {
  const names = without.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return new RegExp(`\\bimport(?=\\("(?:${["node:\\w+", ...names].join("|")})"\\))`, "g");
}

/** `a as b,c` as a pattern: `a:b,c`. */
function renamed(list: string): string {
  return list.replace(/([\w$]+) as ([\w$]+)/g, "$1:$2");
}
