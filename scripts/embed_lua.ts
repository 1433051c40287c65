/** Writes the `*.generated.ts` files: the Lua files and what `declarations.ts` makes, so that they are part of the
 * program however it is run. With `--check` it only says whether they are up to date. */
import {
  activationTypes,
  buildTypes,
  declarationsInLua,
  reference,
  registries,
} from "./declarations.ts";
import { imageOf } from "./image.ts";
import { LUA_WASM } from "../src/lua/wasm.generated.ts";

/** In the order of loading: each uses those before it. */
const ORDER = [
  "report",
  "json",
  "order",
  "sandbox",
  "fingerprint",
  "modules",
  "priorities",
  "data",
  "text",
  "derivation",
  "derive",
  "fields",
  "actions",
  "activate",
  "recipe",
  "facts",
  "options",
  "lib",
  "main",
];

const lua = new URL("../src/lua/", import.meta.url);
const src = new URL("../src/", import.meta.url);

/** The generated files by name, relative to `src/`, as they should be. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const stdlib = ORDER.map((name) => [`${name}.lua`, read(`stdlib/${name}.lua`)]);
  const found = names("stdlib");
  const missing = found.filter((name) => !stdlib.some(([known]) => known === name));
  if (missing.length > 0) throw new Error(`not in the order of loading: ${missing.join(", ")}`);
  const made: Record<string, string> = {
    "activation.lua": await activationTypes(),
    "build.lua": await buildTypes(),
  };
  return {
    ...registries(),
    "../docs/ctx.md": await reference(),
    "cli/notice.generated.ts": notice(),
    "lua/image.generated.ts": image([["declarations.lua", await declarationsInLua()], ...stdlib]),
    "lua/build_library.generated.ts": module(
      "BUILD_LIBRARY",
      "The files of `lib.build`, by name.",
      names("stdlib/build").map((name) => [name.slice(0, -4), read(`stdlib/build/${name}`)]),
    ),
    "lua/types.generated.ts": module(
      "LUA_TYPES",
      "Type definitions for the Lua Language Server, by file name.",
      names("types").map((name) => [name, read(`types/${name}`) + (made[name] ?? "")]),
    ),
  };
}

/** The executable is handed on without the files beside it. */
function notice(): string {
  const text = Deno.readTextFileSync(new URL("../NOTICE", src));
  return "// Made by scripts/embed_lua.ts; do not edit.\n// deno-fmt-ignore-file\n\n" +
    `/** Copyright of what the program contains. */\nexport const NOTICE = ${
      JSON.stringify(text)
    };\n`;
}

/** The VM with the sandbox's Lua files in it. */
function image(files: readonly (readonly string[])[]): string {
  return "// Made by scripts/embed_lua.ts; do not edit.\n// deno-fmt-ignore-file\n\n" +
    "/** Lua 5.4 as WebAssembly in which the files of stdlib/ are loaded, in base64. */\n" +
    `export const LUA_IMAGE =\n  ${
      JSON.stringify(imageOf(Uint8Array.fromBase64(LUA_WASM), files).toBase64())
    };\n`;
}

function module(name: string, about: string, files: string[][]): string {
  const entries = files.map(([file, text]) =>
    `  [\n    ${JSON.stringify(file)},\n    ${JSON.stringify(text)},\n  ],\n`
  );
  return `// Made by scripts/embed_lua.ts; do not edit.\n// deno-fmt-ignore-file\n\n/** ${about} */\n` +
    `export const ${name}: readonly (readonly [string, string])[] = [\n${entries.join("")}];\n`;
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, lua))].map((entry) => entry.name)
    .filter((name) => name.endsWith(".lua")).sort();
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, lua));
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  const stale: string[] = [];
  const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      const url = new URL(name, src);
      if (present(url) === text) continue;
      stale.push(name);
      if (!check) Deno.writeTextFileSync(url, text);
    }
  };
  // The lists come first: what is declared may import them.
  write(registries());
  write(await generatedFiles());
  if (check && stale.length > 0) {
    console.error(`stale: ${stale.join(", ")} (run scripts/deno task generate)`);
    Deno.exit(1);
  }
}

function present(url: URL): string {
  try {
    return Deno.readTextFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
