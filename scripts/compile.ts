/** Compiles the executable: `deno task compile [--target <platform>]… [--all]`.
 *
 *     main.ts ──bundle──▶ dist/sys.js ──compile──▶ dist/sys, or dist/sys-<platform>
 *                         dist/sys.js.map          dist/SHA256SUMS
 *
 * The same sources give the same bytes. `DENORT_BIN` names the runtime to compile in, where Deno's download host
 * is out of reach; it is for the platform that it was made for. */
import { createHash } from "node:crypto";
import { fromFileUrl } from "../tests/support/paths.ts";

const PROJECT = fromFileUrl(new URL("..", import.meta.url));
const DIST = `${PROJECT}/dist`;

/** What the executable may do at most; each command gives up what it does not need. */
export const PERMISSIONS = ["read", "write", "run", "net", "env", "sys"]
  .map((kind) => `--allow-${kind}`);

/** Our names of platforms, and those of Rust, which Deno uses. */
const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-linux": "x86_64-unknown-linux-gnu",
  "aarch64-linux": "aarch64-unknown-linux-gnu",
  "x86_64-darwin": "x86_64-apple-darwin",
  "aarch64-darwin": "aarch64-apple-darwin",
  "x86_64-windows": "x86_64-pc-windows-msvc",
};

/** Packages born as CommonJS ask for these by name, also in a bundle. One line, so that the source map needs only
 * one more. */
const BANNER = 'import{createRequire as __createRequire}from"node:module";' +
  "const require=__createRequire(import.meta.url)," +
  "__filename=import.meta.filename,__dirname=import.meta.dirname;";

async function bundle(): Promise<void> {
  const script = `${DIST}/sys.js`, map = `${script}.map`;
  await deno(["bundle", "--quiet", "--minify", "--sourcemap=external", "-o", script, "main.ts"]);
  Deno.writeTextFileSync(script, `${BANNER}\n${Deno.readTextFileSync(script)}`);
  const sources = JSON.parse(Deno.readTextFileSync(map));
  Deno.writeTextFileSync(map, JSON.stringify({ ...sources, mappings: `;${sources.mappings}` }));
  // Beside the bundle, where it looks for it. Under its own name `deno compile` would take it for a module.
  const wasm = new URL("glue.wasm", import.meta.resolve("wasmoon"));
  Deno.copyFileSync(wasm, `${DIST}/glue.bin`);
  // The executable records when its files were written.
  for (const file of [script, `${DIST}/glue.bin`]) Deno.utimeSync(file, 1, 1);
}

async function compile(platform: string | null): Promise<string> {
  const windows = platform === null ? Deno.build.os === "windows" : platform.endsWith("-windows");
  const name = `sys${platform === null ? "" : `-${platform}`}${windows ? ".exe" : ""}`;
  await deno([
    // The code cache would be a file in the shared temporary folder, which anybody could have put there.
    ...["compile", "--quiet", "--no-check", "--no-code-cache", ...PERMISSIONS],
    ...["--include", "dist/glue.bin", "--output", `dist/${name}`],
    ...(platform === null ? [] : ["--target", TARGETS[platform]]),
    "dist/sys.js",
  ]);
  return name;
}

async function deno(args: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: PROJECT,
    stdin: "null",
  }).spawn().status;
  if (code !== 0) {
    console.error(`compile: deno ${args[0]} failed`);
    Deno.exit(1);
  }
}

/** Platforms that were asked for; null is this one. */
function wanted(args: readonly string[]): (string | null)[] {
  const platforms: (string | null)[] = [];
  for (let n = 0; n < args.length; n++) {
    const [flag, joined] = args[n].split("=", 2);
    if (flag === "--all") platforms.push(...Object.keys(TARGETS));
    else if (flag === "--target") platforms.push(joined ?? args[++n] ?? "");
    else usage(`there is no ${args[n]}`);
  }
  const unknown = platforms.find((platform) => platform !== null && !(platform in TARGETS));
  if (unknown !== undefined) usage(`there is no platform "${unknown}"`);
  return platforms.length > 0 ? platforms : [null];
}

function usage(problem: string): never {
  console.error(`compile: ${problem}`);
  console.error(`usage: deno task compile [--target <platform>]… [--all]`);
  console.error(`platforms: ${Object.keys(TARGETS).join(", ")}`);
  Deno.exit(2);
}

const platforms = wanted(Deno.args);
Deno.mkdirSync(DIST, { recursive: true });
await bundle();
const sums: string[] = [];
for (const platform of platforms) {
  const name = await compile(platform);
  const bytes = Deno.readFileSync(`${DIST}/${name}`);
  sums.push(`${createHash("sha256").update(bytes).digest("hex")}  ${name}`);
  console.log(`dist/${name}  ${(bytes.length / 1e6).toFixed(1)} MB`);
}
Deno.writeTextFileSync(`${DIST}/SHA256SUMS`, `${sums.join("\n")}\n`);
