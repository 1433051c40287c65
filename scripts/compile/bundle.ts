/** Makes of the sources what the executable contains. */
import { BUNDLE, deno } from "./deno.ts";
import { bundlePieces } from "./pieces.ts";
import { bundleScript } from "./script.ts";

/** The entry of the executable, and that of the one which makes the byte code. */
export const ENTRIES = ["load", "train"] as const;

/** What is a script each, and what it does not contain. */
export const SCRIPTS = { main: ["./program.ts"], program: [] } as const;

/** Writes `dist/bundle/` anew. */
export async function bundle(): Promise<void> {
  await Deno.remove(BUNDLE, { recursive: true }).catch(() => {});
  Deno.mkdirSync(BUNDLE, { recursive: true });
  const pieces = await bundlePieces();
  for (const [name, without] of Object.entries(SCRIPTS)) {
    await bundleScript(name, [...Object.keys(pieces), ...without]);
  }
  for (const name of ENTRIES) {
    await deno([
      ...["bundle", "--quiet", "--minify", "--sourcemap=external", "--outdir", BUNDLE],
      `scripts/compile/${name}.ts`,
    ]);
    const path = `${BUNDLE}/${name}.js`;
    const text = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, `const PIECES=${JSON.stringify(pieces)};${text}`);
  }
}
