/** Measures what the specification gives figures for, each beside something known, in one run: `deno task bench
 * [name…]`. Prints a table of ratios; asserts nothing. */
import { fromFileUrl } from "../tests/support/paths.ts";
import type { Row } from "./bench/row.ts";

const FOLDER = fromFileUrl(new URL("./bench", import.meta.url));

const wanted = Deno.args;
const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name.replace(/\.ts$/, ""))
  .filter((name) => name !== "row" && (wanted.length === 0 || wanted.includes(name))).sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(", ")}; there is ${names.join(", ")}`);
  Deno.exit(2);
}

console.log("| work | goal | sys | beside it | ratio |");
console.log("| --- | --- | --- | --- | --- |");
for (const name of names) {
  const { rows } = await import(`./bench/${name}.ts`) as { rows(): Promise<Row[]> };
  for (const { work, goal, ours, theirs, beside, unit } of await rows()) {
    const ratio = theirs > 0 ? `${(ours / theirs).toFixed(2)} ×` : "";
    console.log(
      `| ${work} | ${goal} | ${shown(ours, unit)} | ${beside} ${shown(theirs, unit)} | ${ratio} |`,
    );
  }
}

function shown(value: number, unit?: string): string {
  if (unit === undefined || value <= 0) return time(value);
  return `${value.toFixed(0)} ${unit}`;
}

function time(seconds: number): string {
  if (seconds <= 0) return "";
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}
