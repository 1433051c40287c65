/** Makes of the sources what the executable contains. */
import { BUNDLE, deno } from "./deno.ts";
import { bundlePieces } from "./pieces.ts";
import { bundleProgram } from "./script.ts";

const MODULE = ["bundle", "--quiet", "--minify", "--sourcemap=external", "--outdir", BUNDLE];

/** Writes `dist/bundle/` anew. */
export async function bundle(): Promise<void> {
  await Deno.remove(BUNDLE, { recursive: true }).catch(() => {});
  Deno.mkdirSync(BUNDLE, { recursive: true });
  const pieces = await bundlePieces();
  await bundleProgram();
  const files = { ...pieces, "./program.ts": "./program.js" };
  const external = Object.keys(files).flatMap((name) => ["--external", name]);
  await deno([...MODULE, ...external, "main.ts"]);
  for (const [name, file] of Object.entries(files)) {
    change("main.js", (text) => text.replaceAll(`import("${name}")`, `import("${file}")`));
  }
  for (const [name, source] of [["program.js", "load.ts"], ["train.js", "train.ts"]]) {
    await deno([...MODULE, `scripts/compile/${source}`]);
    const bundled = source.replace(/ts$/, "js");
    if (bundled !== name) {
      for (const end of ["", ".map"]) {
        Deno.renameSync(`${BUNDLE}/${bundled}${end}`, `${BUNDLE}/${name}${end}`);
      }
    }
    change(name, (text) => `const PIECES=${JSON.stringify(pieces)};${text}`);
  }
}

function change(name: string, by: (text: string) => string): void {
  const path = `${BUNDLE}/${name}`;
  Deno.writeTextFileSync(path, by(Deno.readTextFileSync(path)));
}
