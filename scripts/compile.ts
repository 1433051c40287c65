/** Compiles the executable: `deno task compile [--target <platform>]… [--all]`.
 *
 *     main.ts ──bundle──▶ dist/bundle/*.js ──compile──▶ dist/sys, or dist/sys-<platform>
 *                         dist/bundle/*.map             dist/SHA256SUMS
 *
 * The bundle is one small file for what every command needs, and further ones for what is imported when it is needed:
 * reading the whole program takes longer than starting the runtime.
 * The same sources give the same bytes. `DENORT_BIN` names the runtime to compile in, where Deno's download host
 * is out of reach; it is for the platform that it was made for. */
import { createHash } from "node:crypto";
import { fromFileUrl } from "../tests/support/paths.ts";
import { PERMISSIONS } from "./permissions.ts";

const PROJECT = fromFileUrl(new URL("..", import.meta.url));
const DIST = `${PROJECT}/dist`;
const BUNDLE = `${DIST}/bundle`;

/** Our names of platforms, and those of Rust, which Deno uses. */
const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-linux": "x86_64-unknown-linux-gnu",
  "aarch64-linux": "aarch64-unknown-linux-gnu",
  "x86_64-darwin": "x86_64-apple-darwin",
  "aarch64-darwin": "aarch64-apple-darwin",
  "x86_64-windows": "x86_64-pc-windows-msvc",
};

/** Packages born as CommonJS ask for these by name, also in a bundle. One line, so that a source map needs only one
 * more. */
const BANNER = 'import{createRequire as __createRequire}from"node:module";' +
  "const require=__createRequire(import.meta.url)," +
  "__filename=import.meta.filename,__dirname=import.meta.dirname;";
const NEEDS_BANNER = /\brequire(\.|\((?!\\))|\btypeof require\b|\b__(file|dir)name\b/;
/** How a file ends that is a CommonJS package as a whole. */
const COMMON_JS = /export default (\w+)\(\);\s*$/;

async function bundle(): Promise<void> {
  Deno.mkdirSync(DIST, { recursive: true });
  await Deno.remove(BUNDLE, { recursive: true }).catch(() => {});
  await deno([
    ...["bundle", "--quiet", "--minify", "--code-splitting", "--sourcemap=external"],
    ...["--outdir", BUNDLE, "main.ts"],
  ]);
  const names = Array.from(Deno.readDirSync(BUNDLE), ({ name }) => `${BUNDLE}/${name}`);
  const scripts = names.filter((name) => name.endsWith(".js"));
  scripts.forEach(addBanner);
  for (const script of scripts) await addNamedExports(script);
  // The executable records when its files were written.
  for (const name of names) Deno.utimeSync(name, 1, 1);
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

/** Settings of V8, each measured.
 *
 * MiB of the half of the heap where new values are made: V8 takes four times as much, three times over. That is a third
 * of what a command with tens of thousands of files has, and makes none of them faster.
 *
 * No work of V8's in other threads: most commands end before what these compile is of use, and a command that has
 * nothing to do takes a sixth less time without them. Long ones take no longer, and less memory. */
const V8 = "--v8-flags=--max-semi-space-size=4,--single-threaded";

async function compile(platform: string | null): Promise<string> {
  const windows = platform === null ? Deno.build.os === "windows" : platform.endsWith("-windows");
  const name = `sys${platform === null ? "" : `-${platform}`}${windows ? ".exe" : ""}`;
  await deno([
    // The code cache would be a file in the shared temporary folder, which anybody could have put there.
    ...["compile", "--quiet", "--no-check", "--no-code-cache", V8, ...PERMISSIONS],
    ...["--output", `dist/${name}`],
    ...(platform === null ? [] : ["--target", TARGETS[platform]]),
    "dist/bundle/main.js",
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
await bundle();
const sums: string[] = [];
for (const platform of platforms) {
  const name = await compile(platform);
  const bytes = Deno.readFileSync(`${DIST}/${name}`);
  sums.push(`${createHash("sha256").update(bytes).digest("hex")}  ${name}`);
  console.log(`dist/${name}  ${(bytes.length / 1e6).toFixed(1)} MB`);
}
Deno.writeTextFileSync(`${DIST}/SHA256SUMS`, `${sums.join("\n")}\n`);
