/** Takes the difference of two snapshots, gives the text of `sys diff`. */
import type { SizedDiff } from "../../journeys/diff.ts";
import type { Style } from "../terminal/style.ts";
import { columns, size } from "./words.ts";

/** Packages, environment, services, files with their contents. */
export function diffText(diff: SizedDiff, style: Style): string {
  const lines = [style.bold(`Snapshot ${diff.from} → ${diff.to}`)];
  const section = (title: string, rows: string[]) => {
    if (rows.length > 0) lines.push("", style.bold(title), ...rows);
  };
  const change = (from: string | null, to: string | null) =>
    from === null
      ? style.green(`+ ${to}`)
      : to === null
      ? style.red(`- ${from}`)
      : from === to
      ? "built another way"
      : `${style.red(from)} → ${style.green(to)}`;
  const table = (rows: string[][]) => rows.length > 0 ? columns(rows, "  ").split("\n") : [];
  section("Packages", table(diff.packages.map(({ name, from, to }) => [name, change(from, to)])));
  section("Environment", table(diff.env.map(({ name, from, to }) => [name, change(from, to)])));
  section("Services", table(diff.services.map(({ name, op }) => [name, op])));
  section(
    "Files",
    diff.files.flatMap(({ target, op, diff: patch, from, to }) => {
      const title = `  ${op === "create" ? "+" : op === "remove" ? "-" : "~"} ${target}`;
      if (patch !== undefined) return [title, ...patchLines(patch, style)];
      return from && to ? [title, `      ${from} → ${to}`] : [title];
    }),
  );
  const { from, to } = diff.bytes;
  if (from !== to) {
    const sign = to > from ? "+" : "-";
    lines.push("", `Size ${size(from)} → ${size(to)} (${sign}${size(Math.abs(to - from))})`);
  }
  if (lines.length === 1) lines.push("Nothing differs.");
  return lines.join("\n");
}

function patchLines(patch: string, style: Style): string[] {
  return patch.trimEnd().split("\n").filter((line) => !/^(---|\+\+\+) /.test(line)).map((line) => {
    const shown = `      ${line}`;
    if (line.startsWith("+")) return style.green(shown);
    if (line.startsWith("-")) return style.red(shown);
    return line.startsWith("@@") ? style.cyan(shown) : shown;
  });
}
