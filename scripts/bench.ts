/** Measures what the specification gives figures for, each beside something known, in one run: `deno task bench`.
 * Prints a table of medians and ratios; asserts nothing. `--help` tells the options.
 *
 *     scripts/bench/<group>.ts ──rows──▶ table on standard output, or docs/performance.md
 *     scripts/bench/growth.ts ──curves──▶ the same, and docs/performance/*.svg
 */
import { fromFileUrl } from "../tests/support/paths.ts";
import { growthOf, type Subject, SUBJECTS } from "./bench/growth.ts";
import type { Row } from "./bench/row.ts";
import { Bench } from "./bench/support/bench.ts";
import { inOneLine, machineFacts } from "./bench/support/machine.ts";
import { stopped } from "./bench/support/measure.ts";
import { type Options, optionsOf, USAGE } from "./bench/support/options.ts";
import { Page, type Section } from "./bench/support/page.ts";
import { data, table } from "./bench/support/table.ts";

const PROJECT = fromFileUrl(new URL("..", import.meta.url)).replace(/\/$/, "");
const FOLDER = `${PROJECT}/scripts/bench`;
/** Before the name of what grows. */
const GROWTH = "growth-";
/** Files that are no groups of rows. */
const OTHERS = ["row", "growth"];

const options = optionsOrExit();
const tasks = tasksOrExit(options);
const bench = new Bench(options);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopped.abort());
}
try {
  const sections: Section[] = [];
  for (const task of tasks) {
    if (bench.over) {
      console.error(`bench: ${task} is left out: ${options.minutes} minutes have passed`);
      continue;
    }
    console.error(`bench: ${task}`);
    const begin = performance.now();
    const section = await measure(task);
    console.error(`bench: ${task} took ${((performance.now() - begin) / 1000).toFixed(0)} s`);
    sections.push(section);
    // At once, so that a run which is stopped was not for nothing. Nothing found renews nothing.
    if (options.write && section.data.length > 0) await renew(section);
  }
  const facts = machineFacts(bench, PROJECT);
  if (options.json) {
    const [growth, rows] = [[], []] as [object[], object[]];
    for (const { name, data } of sections) {
      (name.startsWith(GROWTH) ? growth : rows).push(...data);
    }
    console.log(JSON.stringify({ version: 1, machine: facts, rows, growth }, null, 2));
  } else if (!options.write) {
    console.log(inOneLine(facts));
    for (const { name, text } of sections) console.log(`\n## ${name}\n\n${text}`);
  }
} catch (thrown) {
  if (!stopped.signal.aborted) throw thrown;
  console.error("bench: stopped");
  Deno.exitCode = 130;
} finally {
  bench.close();
}

/** A group of rows, or what grows. */
async function measure(task: string): Promise<Section> {
  if (task.startsWith(GROWTH)) {
    return { name: task, ...await growthOf(bench, task.slice(GROWTH.length) as Subject) };
  }
  const { rows } = await import(`./bench/${task}.ts`) as {
    rows(bench: Bench): readonly Row[] | Promise<readonly Row[]>;
  };
  const found = await rows(bench);
  const all = found.map((row) => ({ group: task, ...data(row) }));
  return { name: task, text: table(found), data: all, pictures: {} };
}

async function renew({ name, text, pictures }: Section): Promise<void> {
  const page = new Page(PROJECT);
  page.put(name, `${inOneLine(machineFacts(bench, PROJECT))}\n\n${text}`);
  for (const [picture, svg] of Object.entries(pictures)) page.picture(picture, svg);
  await page.close();
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
function tasksOrExit({ only, growth, write, sys }: Options): string[] {
  const groups = [...Deno.readDirSync(FOLDER)].filter(({ isFile }) => isFile)
    .map(({ name }) => name.replace(/\.ts$/, ""))
    .filter((name) => !OTHERS.includes(name)).sort();
  const names: readonly string[] = growth ? SUBJECTS : groups;
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) refuse(`there is no ${unknown.join(", ")}; there is ${names.join(", ")}`);
  try {
    Deno.statSync(sys);
  } catch {
    refuse(`there is no ${sys}: \`deno task compile\` makes it, or give another with --sys`);
  }
  const wanted = names.filter((name) => only.length === 0 || only.includes(name));
  const growing = SUBJECTS.map((subject) => GROWTH + subject);
  if (growth) return growing.filter((task) => wanted.includes(task.slice(GROWTH.length)));
  return write && only.length === 0 ? [...wanted, ...growing] : wanted;
}

function refuse(problem: string): never {
  console.error(`bench: ${problem}\n${USAGE}`);
  Deno.exit(2);
}
