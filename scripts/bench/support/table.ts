/** Rows as a table of Markdown, and as data. */
import { reached, type Row } from "../row.ts";

const HEAD = ["work", "beside", "sys", "it", "ratio", "of CPU", "peak", "goal", "reached"];

const MOST_MEMORY = 200;

/** A table. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, HEAD.map(() => "---"), ...rows.map(cells)];
  const escaped = lines.map((line) => line.map((cell) => cell.replaceAll("|", "\\|")));
  return escaped.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function cells(row: Row): string[] {
  const { work, beside, ours, theirs, unit, goal, usage } = row;
  const ratio = (a: number, b: number) => a > 0 && b > 0 ? `${(a / b).toFixed(2)} ×` : "";
  const met = reached(row);
  return [
    work,
    beside,
    shown(ours, unit),
    shown(theirs, unit),
    ratio(ours, theirs),
    ratio(usage?.ours.cpu ?? 0, usage?.theirs?.cpu ?? 0),
    peak(usage?.ours.peak ?? 0),
    goal,
    met === null ? "" : met ? "yes" : "no",
  ];
}

/** What is more than any command shall need stands out. */
function peak(mebibytes: number): string {
  if (mebibytes === 0) return "";
  const text = `${mebibytes.toFixed(0)} MiB`;
  return mebibytes > MOST_MEMORY ? `**${text}**` : text;
}

/** The same, for programs. */
export function data(row: Row): object {
  const { work, goal, unit, beside, ours, theirs, usage } = row;
  return {
    work,
    goal,
    reached: reached(row),
    unit: unit ?? "s",
    sys: { value: ours, ...usage?.ours },
    beside: theirs > 0 ? { name: beside, value: theirs, ...usage?.theirs } : null,
    ratio: theirs > 0 ? ours / theirs : null,
  };
}

function shown(value: number, unit?: string): string {
  if (value <= 0) return "";
  return unit === undefined ? time(value) : `${value.toFixed(0)} ${unit}`;
}

/** Three digits of what is known. */
export function time(seconds: number): string {
  if (seconds < 0.01) return `${(seconds * 1000).toFixed(1)} ms`;
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}
