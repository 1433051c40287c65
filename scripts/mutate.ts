/** Tries whether tests notice: makes one change of `mutations.ts` after the other in a copy of this tree, and runs
 * the test that has to fail. `deno task mutate [word…]` takes those whose file or name has one of the words.
 *
 * Ends with a line that counts them, and with exit code 1 when a change survived, or is not possible any more. */
import { dirname, join } from "node:path";
import { fromFileUrl } from "../tests/support/paths.ts";
import { MUTATIONS } from "./mutations.ts";
import type { Mutation } from "./mutations/mutation.ts";

const PROJECT = fromFileUrl(new URL("..", import.meta.url));
/** A test that takes longer than this hangs: that is noticed too. */
const TIMEOUT = 10 * 60_000;

type Outcome = "killed" | "survived" | "stale" | "test fails without it";

const words = Deno.args;
const chosen = MUTATIONS.filter(({ file, name }) =>
  words.length === 0 || words.some((word) => `${file} ${name}`.includes(word))
);
const scratch = await Deno.makeTempDir({ prefix: "sys-mutate-" });
// Some tests run programs as another user, who has to reach this tree.
await Deno.chmod(scratch, 0o755);
const healthy = new Map<string, Promise<boolean>>();
const outcomes: Outcome[] = [];
try {
  await copyTree();
  for (const mutation of chosen) {
    const outcome = await attempt(mutation);
    outcomes.push(outcome);
    console.log(`${outcome.padEnd(9)} ${mutation.file}: ${mutation.name}`);
  }
} finally {
  await Deno.remove(scratch, { recursive: true });
}
const killed = outcomes.filter((one) => one === "killed").length;
console.log(`${killed} killed, ${outcomes.length - killed} not`);
Deno.exit(killed === outcomes.length ? 0 : 1);

/** Copies the files that are in the repository, as they are now. */
async function copyTree() {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: PROJECT,
  }).output();
  for (const path of new TextDecoder().decode(stdout).split("\0")) {
    if (path === "") continue;
    await Deno.mkdir(dirname(join(scratch, path)), { recursive: true });
    await Deno.copyFile(join(PROJECT, path), join(scratch, path)).catch(ignoreMissing);
  }
}

/** A file that was removed and not yet committed. */
function ignoreMissing(thrown: unknown) {
  if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
}

async function attempt({ file, find, replace, test, filter }: Mutation): Promise<Outcome> {
  const path = join(scratch, file);
  const original = await Deno.readTextFile(path).catch(() => "");
  if (original.split(find).length !== 2) return "stale";
  const key = JSON.stringify([test, filter]);
  const known = healthy.get(key) ?? passes(test, filter);
  healthy.set(key, known);
  if (!await known) return "test fails without it";
  await change(path, original.replace(find, () => replace));
  try {
    return await passes(test, filter) ? "survived" : "killed";
  } finally {
    await change(path, original);
  }
}

/** Writes a file, and what is made from it. */
async function change(path: string, text: string) {
  await Deno.writeTextFile(path, text);
  if (!path.endsWith(".lua")) return;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/embed_lua.ts"],
    cwd: scratch,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`scripts/embed_lua.ts failed after a change of ${path}`);
}

async function passes(test: string, filter?: string): Promise<boolean> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--no-check",
      "--fail-fast",
      ...(filter ? ["--filter", filter] : []),
      test,
    ],
    cwd: scratch,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(TIMEOUT),
  }).output();
  // A filter that fits no test, or one that is skipped, proves nothing.
  return success && /\| [1-9][0-9]* passed/.test(new TextDecoder().decode(stdout));
}
