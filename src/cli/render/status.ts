/** Takes a status, gives what `sys status` prints. */
import type { Status } from "../../journeys/status.ts";
import type { Style } from "../terminal/style.ts";
import { columns, counted, localTime } from "./words.ts";

/** The document of `sys status --json`. */
export function statusDocument({ snapshot, drift }: Status) {
  return {
    version: 1,
    snapshot: snapshot?.number ?? null,
    clean: drift.length === 0,
    drift: drift.map(({ target, kind, expected, found }) => ({ target, kind, expected, found })),
  };
}

/** One line when all is well, else what differs. */
export function statusText({ snapshot, drift }: Status, style: Style): string {
  if (snapshot === null) return "Nothing was applied yet.";
  const { number, time, wanted } = snapshot;
  const things = wanted.paths.length + wanted.services.length + wanted.settings.length;
  const lines = [`Snapshot ${number} of ${localTime(time)}: ${counted(things, "thing")} managed`];
  if (drift.length === 0) return [...lines, "Everything is as applied."].join("\n");
  const rows = drift.map(({ target, kind, expected, found }) => [
    style.yellow("~"),
    target,
    style.dim(kind),
    `expected ${expected}, found ${found}`,
  ]);
  lines.push(`${counted(drift.length, "thing")} changed since:`, columns(rows, "  "));
  return lines.join("\n");
}
