/** What is large and seldom needed: packages for formats, zstd's decoder, Lua's image. Each is a file of its own, loaded when a command
 * imports it. */
import { basename } from "node:path";
import { BUNDLE, deno, PROJECT } from "./deno.ts";

/** As they are imported, and from where. */
const PIECES: Readonly<Record<string, string>> = {
  "./image.generated.ts": `${PROJECT}/src/lua/image.generated.ts`,
  "./decoder.generated.ts": `${PROJECT}/src/fetch/unpack/zstd/decoder.generated.ts`,
  "./help.generated.ts": `${PROJECT}/src/cli/help.generated.ts`,
  ...Object.fromEntries(
    [
      ...["smol-toml", "yaml", "diff", "isomorphic-git"],
      ...["tar-stream", "yauzl", "xz-decompress"],
    ].map((name) => [name, name]),
  ),
};

/** Packages born as CommonJS ask for these by name, also in a bundle. One line, so that a source map needs only one
 * more. */
const BANNER = 'import{createRequire as __createRequire}from"node:module";' +
  "const require=__createRequire(import.meta.url)," +
  "__filename=import.meta.filename,__dirname=import.meta.dirname;";
const NEEDS_BANNER = /\brequire(\.|\((?!\\))|\btypeof require\b|\b__(file|dir)name\b/;
/** How a file ends that is a CommonJS package as a whole. */
const COMMON_JS = /export default (\w+)\(\);\s*$/;

/** Bundles them; gives the file of each by what it is imported as. */
export async function bundlePieces(): Promise<Readonly<Record<string, string>>> {
  const list = `${BUNDLE}/pieces.ts`;
  const lines = Object.entries(PIECES).map(([name, from]) =>
    `${JSON.stringify(name)}:()=>import(${JSON.stringify(from)}),`
  );
  Deno.writeTextFileSync(list, `export default{${lines.join("\n")}};`);
  await deno([
    ...["bundle", "--quiet", "--minify", "--code-splitting", "--sourcemap=external"],
    ...["--outdir", BUNDLE, list],
  ]);
  const found = [...Deno.readTextFileSync(`${BUNDLE}/pieces.js`).matchAll(/import\("(.*?)"\)/g)];
  const names = Object.keys(PIECES);
  if (found.length !== names.length) throw new Error("not every piece is a file of its own");
  for (const name of ["pieces.ts", "pieces.js", "pieces.js.map"]) {
    Deno.removeSync(`${BUNDLE}/${name}`);
  }
  const scripts = Array.from(Deno.readDirSync(BUNDLE), ({ name }) => `${BUNDLE}/${name}`)
    .filter((path) => path.endsWith(".js"));
  scripts.forEach(addBanner);
  for (const script of scripts) await addNamedExports(script);
  return Object.fromEntries(names.map((name, n) => [name, `./${basename(found[n][1])}`]));
}

function addBanner(script: string): void {
  const text = Deno.readTextFileSync(script);
  if (!NEEDS_BANNER.test(text)) return;
  Deno.writeTextFileSync(script, `${BANNER}\n${text}`);
  const map = JSON.parse(Deno.readTextFileSync(`${script}.map`));
  Deno.writeTextFileSync(`${script}.map`, JSON.stringify({ ...map, mappings: `;${map.mappings}` }));
}

/** The bundler gives a CommonJS package that is imported when needed a default export only, where Deno itself finds
 * its named ones too. */
async function addNamedExports(script: string): Promise<void> {
  const text = Deno.readTextFileSync(script);
  const found = COMMON_JS.exec(text);
  if (found === null) return;
  const { default: whole } = await import(`file://${script}`);
  const names = Object.keys(whole).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name))
    .filter((name) => name !== "default").sort();
  const list = names.map((name, n) => `${name}:__${n}`).join(",");
  const exported = names.map((name, n) => `__${n} as ${name}`).join(",");
  Deno.writeTextFileSync(
    script,
    text.slice(0, found.index) +
      `const __whole=${
        found[1]
      }();const{${list}}=__whole;export{__whole as default,${exported}};\n`,
  );
}
