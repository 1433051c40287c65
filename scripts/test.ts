/** Runs the tests and ends with a line that counts them: `deno task test [--update] [--record] [path…]`.
 *
 * `--update` renews the goldens instead of comparing with them; `--record` notes for docs/platforms.md what has run here. With `CI=true` on Linux, where every program
 * that a test needs is installed, a skipped test is a failure, unless its name says that it is for another
 * system or user only. */
import { fromFileUrl } from "../tests/support/paths.ts";
import { record } from "./platforms/ran.ts";
import { whySkipped } from "./skipped.ts";

const PROJECT = fromFileUrl(new URL("..", import.meta.url));
/** What the last line of `deno test` says. */
const SUMMARY =
  /(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/;
const SKIPPED = /^(.*) \.\.\. ignored \(/gm;
const ELSEWHERE =
  /only (on (macOS|Windows)|as an ordinary user|as root with the executable|with (LUA|ZSTD)_SOURCE|with SYSLUA_TEST_(LANGUAGES|SOPS))/;

const update = Deno.args.includes("--update");
const paths = Deno.args.filter((arg) => !arg.startsWith("--"));

// All tests are threads of one process, which has one umask: with that of builds none of them has to set it.
if (Deno.build.os !== "windows") Deno.umask(0o022);

/** Path of Nushell; empty where there is none for this system. */
function nushell(): string {
  if (Deno.build.os === "windows") return "";
  const { stdout } = new Deno.Command(`${PROJECT}/scripts/nushell`, { stderr: "null" })
    .outputSync();
  return new TextDecoder().decode(stdout).trim();
}

const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--parallel", ...(paths.length > 0 ? paths : ["tests"])],
  cwd: PROJECT,
  env: {
    ...(update ? { UPDATE_GOLDENS: "1" } : {}),
    SYSLUA_TEST_NU: nushell(),
    // Real servers and compilers run beside the tests.
    DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "2",
  },
  stdin: "null",
  stdout: "piped",
  stderr: "inherit",
}).spawn();

const pieces: string[] = [];
const decoder = new TextDecoder();
for await (const bytes of child.stdout) {
  Deno.stdout.writeSync(bytes);
  pieces.push(decoder.decode(bytes, { stream: true }));
}
const { success } = await child.status;
// deno-lint-ignore no-control-regex -- colours
const output = pieces.join("").replace(/\x1b\[[0-9;]*m/g, "");

if (Deno.args.includes("--record")) record(output);
const summary = SUMMARY.exec(output);
const passed = Number(summary?.[1] ?? 0);
const skipped = Number(summary?.[3] ?? 0);
let failed = Number(summary?.[2] ?? 0);
// Types that do not fit, or a file that can't be loaded, come before any test.
if (!success && failed === 0) failed = 1;

const names = Array.from(output.matchAll(SKIPPED), ([, name]) => name);
if (names.length > 0) console.log(`\nskipped, for want of:\n${whySkipped(names).join("\n")}\n`);
const missing = names.filter((name) => !ELSEWHERE.test(name));
if (missing.length > 0 && Deno.env.get("CI") === "true" && Deno.build.os === "linux") {
  console.log(`skipped, which counts as failed here:\n  ${missing.join("\n  ")}`);
  failed += missing.length;
}
console.log(
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
);
Deno.exit(failed > 0 ? 1 : 0);
