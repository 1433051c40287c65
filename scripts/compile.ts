/** Compiles the executable: `deno task compile [--target <platform>]… [--all]`.
 *
 *     main.ts, program.ts, packages ──bundle──▶ scripts ──run──▶ byte code
 *     compile/load.ts, scripts, byte code ──compile──▶ dist/sys
 *
 * `main.ts` is what every command needs, `program.ts` all else. Each is one script (`compile/script.ts`), and there is
 * what V8 has made of it when it was run (`compile/cache.ts`): to read the program and to compile it takes longer than
 * most commands. What is large and seldom needed are scripts of their own (`compile/pieces.ts`).
 * The same sources give the same bytes. `DENORT_BIN` names the runtime to compile in, where Deno's download host
 * is out of reach; it is for the platform that it was made for. */
import { createHash } from "node:crypto";
import { type Bundle, bundle, type Entry } from "./compile/bundle.ts";
import { makeCache } from "./compile/cache.ts";
import { BUNDLE, deno, PROJECT } from "./compile/deno.ts";
import { partsOf, withParts } from "./compile/parts.ts";
import { PERMISSIONS } from "./permissions.ts";

const DIST = `${PROJECT}/dist`;

/** Our names of platforms, and those of Rust, which Deno uses. */
const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-linux": "x86_64-unknown-linux-gnu",
  "aarch64-linux": "aarch64-unknown-linux-gnu",
  "x86_64-darwin": "x86_64-apple-darwin",
  "aarch64-darwin": "aarch64-apple-darwin",
  "x86_64-windows": "x86_64-pc-windows-msvc",
};

/** Settings of V8, each measured.
 *
 * MiB of the half of the heap where new values are made: V8 takes four times as much, three times over. That is a third
 * of what a command with tens of thousands of files has, and makes none of them faster.
 *
 * No work of V8's in other threads: most commands end before what these compile is of use, and a command that has
 * nothing to do takes a sixth less time without them. Long ones take no longer, and less memory. WebAssembly that runs
 * for long is the exception, since V8 optimizes it in a thread or never: zstd is decoded in two fifths of the time then,
 * xz in two thirds. The budget, in bytes of code that was run, lets it be where a few hundred files are evaluated;
 * with more, Lua's loop costs that thread 20 ms. */
const V8 = "--v8-flags=" + [
  "--max-semi-space-size=4",
  "--single-threaded-gc",
  "--no-concurrent-recompilation",
  "--no-concurrent-sparkplug",
  "--no-maglev-deopt-data-on-background",
  "--no-maglev-build-code-on-background",
  "--no-wasm-async-compilation",
  "--wasm-num-compilation-tasks=1",
  "--wasm-tiering-budget=2000000000",
].join(",");

/** Makes an executable.
 * @param cache what V8 has made of scripts */
async function compile(
  { scripts, entries }: Bundle,
  entry: Entry,
  cache: ReadonlyMap<string, Uint8Array>,
  { target, output }: { readonly target: string | null; readonly output: string },
): Promise<void> {
  const encoder = new TextEncoder();
  const texts = [...scripts].map(([name, text]) => [name, encoder.encode(text)] as const);
  const parts = partsOf(new Map([...texts, ...cache]));
  const [main, data] = [`${BUNDLE}/${entry}.js`, `${BUNDLE}/parts.bin`];
  Deno.writeTextFileSync(main, parts.constants + entries[entry]);
  Deno.writeFileSync(data, parts.bytes);
  // The executable records when its files were written.
  for (const path of [main, data]) Deno.utimeSync(path, 1, 1);
  const isElf = (target ?? Deno.build.target).includes("linux");
  await deno([
    // The runtime's own code cache would be a file in the shared temporary folder, which anybody could have put there.
    ...["compile", "--quiet", "--no-check", "--no-code-cache", V8, ...PERMISSIONS],
    ...(isElf ? [] : ["--include", data]),
    ...(target === null ? [] : ["--target", target]),
    ...["--output", output, main],
  ]);
  if (isElf) Deno.writeFileSync(output, withParts(Deno.readFileSync(output), parts));
}

/** Makes `sys` for a platform, null for this one; gives its name. */
async function compileFor(platform: string | null, made: Bundle): Promise<string> {
  const target = platform === null ? null : TARGETS[platform];
  const isWindows = (target ?? Deno.build.target).includes("windows");
  const name = `sys${platform === null ? "" : `-${platform}`}${isWindows ? ".exe" : ""}`;
  // It fits no other processor.
  const cache = (target ?? Deno.build.target) === Deno.build.target
    ? await makeCache((output) => compile(made, "train", new Map(), { target: null, output }))
    : new Map();
  await compile(made, "load", cache, { target, output: `${DIST}/${name}` });
  return name;
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
const made = await bundle();
const sums: string[] = [];
for (const platform of platforms) {
  const name = await compileFor(platform, made);
  const bytes = Deno.readFileSync(`${DIST}/${name}`);
  sums.push(`${createHash("sha256").update(bytes).digest("hex")}  ${name}`);
  console.log(`dist/${name}  ${(bytes.length / 1e6).toFixed(1)} MB`);
}
Deno.writeTextFileSync(`${DIST}/SHA256SUMS`, `${sums.join("\n")}\n`);
