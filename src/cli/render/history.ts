/** Takes snapshots, gives the list of `sys history`. */
import type { Summary } from "../../snapshot/types.ts";
import type { Style } from "../terminal/style.ts";
import { columns, localTime, relativeTime } from "./words.ts";

/** The document of `sys history --json`, oldest first. */
export function historyDocument(snapshots: readonly Summary[], current: number | null) {
  return {
    version: 1,
    snapshots: snapshots.map(({ number, time, description, config, tags, counts }) => ({
      ...{ number, time, description, config },
      current: number === current,
      tags,
      added: counts.added,
      removed: counts.removed,
    })),
  };
}

/** The list, newest first. Times are relative on a terminal. */
export function historyText(
  snapshots: readonly Summary[],
  current: number | null,
  style: Style,
  now: Date | null,
): string {
  if (snapshots.length === 0) return "No snapshots yet: `sys apply` makes the first.";
  const rows = [...snapshots].reverse().map((snapshot) => [
    snapshot.number === current ? style.green("*") : " ",
    String(snapshot.number),
    now ? relativeTime(snapshot.time, now) : localTime(snapshot.time),
    `${style.green(`+${snapshot.counts.added}`)} ${style.red(`-${snapshot.counts.removed}`)}`,
    snapshot.description,
    snapshot.tags.length > 0 ? style.cyan(snapshot.tags.join(", ")) : "",
    style.dim(snapshot.config ?? ""),
  ]);
  return columns(rows);
}
