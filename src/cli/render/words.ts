/** Small texts that several renderers share: counts, sizes, durations, times. */

/** `1,234`. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 link`, `2 links`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `713 B`, `12.4 MiB`. */
export function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes, unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** `0.3 s`, `2 min 5 s`, from milliseconds. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** `2026-03-01 12:30`, in the local time zone. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ` +
    `${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `3 minutes ago`. */
export function relativeTime(iso: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - new Date(iso).getTime()) / 1000);
  const steps: [number, string][] = [[60, "second"], [60, "minute"], [24, "hour"], [30, "day"]];
  let value = seconds;
  for (const [limit, unit] of steps) {
    if (value < limit) {
      return unit === "second" && value < 10
        ? "just now"
        : `${counted(Math.floor(value), unit)} ago`;
    }
    value /= limit;
  }
  return value < 12
    ? `${counted(Math.floor(value), "month")} ago`
    : `${counted(Math.floor(value / 12), "year")} ago`;
}

/** A name or value that stays on its line, as JSON would write it. */
export function oneLine(text: string): string {
  return text.replace(/[\n\t]/g, (c) => JSON.stringify(c).slice(1, -1));
}

/** Text of which each character is one, as most is: looking into it takes longer. */
const PLAIN = /^[ -~]*$/;

/** Rows as columns, each as wide as its widest cell; colour codes do not count. Each row stays on its line. */
export function columns(cells: readonly (readonly string[])[], indent = ""): string {
  const rows = cells.map((row) => row.map(oneLine));
  const width = (cell: string) =>
    // deno-lint-ignore no-control-regex
    PLAIN.test(cell) ? cell.length : [...cell.replace(/\x1b\[[0-9;]*m/g, "")].length;
  const widths = rows.map((row) => row.map(width));
  const widest: number[] = [];
  for (const row of widths) {
    row.forEach((wide, n) => widest[n] = Math.max(widest[n] ?? 0, wide));
  }
  return rows.map((row, at) =>
    indent +
    row.map((cell, n) => cell + " ".repeat(widest[n] - widths[at][n])).join("  ").trimEnd()
  ).join("\n");
}
