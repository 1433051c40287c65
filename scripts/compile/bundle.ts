/** Makes of the sources what the executable contains. */
import { BUNDLE, deno } from "./deno.ts";
import { bundlePieces, PIECE_NAMES } from "./pieces.ts";
import { bundleScript } from "./script.ts";

/** The entry of the executable, and that of the one which makes the byte code. */
export type Entry = "load" | "train";

export interface Bundle {
  /** By what they are imported as, but for `main`. */
  readonly scripts: ReadonlyMap<string, string>;
  /** Modules that need the constants of `parts.ts` before them. */
  readonly entries: Readonly<Record<Entry, string>>;
}

/** The whole of the program but for its start. */
export const PROGRAM = "./program.ts";

/** Bundles in `dist/bundle/`, which is made anew. */
export async function bundle(): Promise<Bundle> {
  await Deno.remove(BUNDLE, { recursive: true }).catch(() => {});
  Deno.mkdirSync(BUNDLE, { recursive: true });
  const main = await bundleScript("main", [...PIECE_NAMES, PROGRAM]);
  const program = await bundleScript("program", PIECE_NAMES);
  const pieces = await bundlePieces();
  return {
    scripts: new Map([["main", main], [PROGRAM, program], ...pieces]),
    entries: { load: await entry("load"), train: await entry("train") },
  };
}

async function entry(name: Entry): Promise<string> {
  const how = ["bundle", "--quiet", "--minify", "--outdir", BUNDLE];
  await deno([...how, `scripts/compile/${name}.ts`]);
  return Deno.readTextFileSync(`${BUNDLE}/${name}.js`);
}
