/** Measures what the specification gives figures for, each beside something known, in one run: `deno task bench`.
 * Prints a table of medians and ratios; asserts nothing. `--help` tells the options.
 *
 *     scripts/bench/<group>.ts ──rows──▶ table on standard output, or docs/performance.md
 *     scripts/bench/growth.ts ──curves──▶ the same, and docs/performance/*.svg
 */
import { fromFileUrl } from "../tests/support/paths.ts";
import type { Row } from "./bench/row.ts";
import { Bench } from "./bench/support/bench.ts";
import { inOneLine, machineFacts } from "./bench/support/machine.ts";
import { stopped } from "./bench/support/measure.ts";
import { type Options, optionsOf, USAGE } from "./bench/support/options.ts";
import { Page } from "./bench/support/page.ts";
import { data, table } from "./bench/support/table.ts";

const PROJECT = fromFileUrl(new URL("..", import.meta.url)).replace(/\/$/, "");
const FOLDER = `${PROJECT}/scripts/bench`;
/** Files that are no groups of rows. */
const OTHERS = ["row", "growth"];

const options = optionsOrExit();
const groups = groupsOrExit(options);
const bench = new Bench(options);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopped.abort());
}
try {
  const found = new Map<string, readonly Row[]>();
  const growing = options.growth || (options.write && options.only.length === 0);
  if (!options.growth || options.only.length > 0) {
    for (const group of groups) {
      const rows = await rowsOf(group);
      found.set(group, rows);
      // At once, so that a run which is stopped was not for nothing.
      await renew((page) => page.put(group, `${machine()}\n\n${table(rows)}`));
    }
  }
  const growth = growing ? await (await import("./bench/growth.ts")).growth(bench) : null;
  await renew((page) => growth?.write(page, machine()));
  const facts = machineFacts(bench, PROJECT);
  if (options.json) {
    const rows = [...found].flatMap(([group, rows]) =>
      rows.map((row) => ({ group, ...data(row) }))
    );
    const document = { version: 1, machine: facts, rows, growth: growth?.data ?? [] };
    console.log(JSON.stringify(document, null, 2));
  } else if (!options.write) {
    console.log(inOneLine(facts));
    for (const [group, rows] of found) console.log(`\n## ${group}\n\n${table(rows)}`);
    if (growth) console.log(`\n## growth\n\n${growth.table}`);
  }
} catch (thrown) {
  if (!stopped.signal.aborted) throw thrown;
  console.error("bench: stopped");
  Deno.exitCode = 130;
} finally {
  bench.close();
}

/** What the figures so far depend on. */
function machine(): string {
  return inOneLine(machineFacts(bench, PROJECT));
}

async function renew(change: (page: Page) => void): Promise<void> {
  if (!options.write) return;
  const page = new Page(PROJECT);
  change(page);
  await page.close();
}

async function rowsOf(group: string): Promise<readonly Row[]> {
  console.error(`bench: ${group}`);
  const { rows } = await import(`./bench/${group}.ts`) as {
    rows(bench: Bench): readonly Row[] | Promise<readonly Row[]>;
  };
  return await rows(bench);
}

function optionsOrExit(): Options {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit(0);
  }
  try {
    return optionsOf(Deno.args, PROJECT);
  } catch (thrown) {
    return refuse((thrown as Error).message);
  }
}

/** What is to be measured; an executable has to be there for it. */
function groupsOrExit({ only, sys }: Options): string[] {
  const names = [...Deno.readDirSync(FOLDER)].filter(({ isFile }) => isFile)
    .map(({ name }) => name.replace(/\.ts$/, ""))
    .filter((name) => !OTHERS.includes(name)).sort();
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) refuse(`there is no ${unknown.join(", ")}; there is ${names.join(", ")}`);
  try {
    Deno.statSync(sys);
  } catch {
    refuse(`there is no ${sys}: \`deno task compile\` makes it, or give another with --sys`);
  }
  return only.length > 0 ? names.filter((name) => only.includes(name)) : names;
}

function refuse(problem: string): never {
  console.error(`bench: ${problem}\n${USAGE}`);
  Deno.exit(2);
}
