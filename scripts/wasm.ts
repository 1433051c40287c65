/** Makes WebAssembly of C that others wrote, and a file of it: what `build_lua.ts` and `build_zstd.ts` share. Debian
 * 12's clang-14 gives the same bytes on every machine. */
import { createHash } from "node:crypto";

/** An archive of sources. */
export interface Sources {
  readonly url: () => string;
  readonly sha256: string;
  /** Of the environment: the path of an archive that is at hand already. */
  readonly variable: string;
}

/** Unpacks sources into a folder that exists. @throws Error when they are not those */
export async function unpackSources(sources: Sources, folder: string): Promise<void> {
  const given = Deno.env.get(sources.variable);
  const archive = given ?? `${folder}/sources`;
  if (given === undefined) await run("curl", ["-sSfL", "-o", archive, sources.url()], folder);
  const found = createHash("sha256").update(Deno.readFileSync(archive)).digest("hex");
  if (found !== sources.sha256) {
    throw new Error(`${archive}: its SHA-256 is ${found}, not ${sources.sha256}`);
  }
  await run("tar", ["xf", archive, "--strip-components=1"], folder);
}

/** SHA-256 of some texts, then of names and content of the files in a folder that are wanted. */
export function hashOf(
  texts: readonly string[],
  folder: string,
  wanted: (name: string) => boolean,
): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).filter(wanted);
  for (const name of names.sort((a, b) => a < b ? -1 : 1)) {
    hash.update(name).update(Deno.readFileSync(`${folder}/${name}`));
  }
  return hash.digest("hex");
}

/** The text of a generated module. */
export function moduleOf(
  { script, name, what, sources, wasm }: {
    script: string;
    name: string;
    what: string;
    sources: string;
    wasm: Uint8Array;
  },
): string {
  return `// Made by scripts/${script}; do not edit.\n// deno-fmt-ignore-file\n\n` +
    `/** SHA-256 of what it was made from. */\nexport const SOURCES = "${sources}";\n\n` +
    `/** ${what} as WebAssembly, in base64. */\n` +
    `export const ${name} =\n  ${JSON.stringify(wasm.toBase64())};\n`;
}

export async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { success } = await new Deno.Command(program, { args: [...args], cwd, stdin: "null" })
    .spawn().status;
  if (!success) throw new Error(`${program} failed`);
}

/** What a script does: writes its file, or with `--check` says whether it is what it would write. */
export async function writeOrCheck(
  file: string,
  generated: (folder: string) => Promise<string>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sys-wasm-" });
  try {
    const text = await generated(folder);
    if (!Deno.args.includes("--check")) Deno.writeTextFileSync(file, text);
    else if (Deno.readTextFileSync(file) !== text) {
      console.error(`stale: ${file}`);
      Deno.exit(1);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
