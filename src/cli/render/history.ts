/** Takes snapshots, gives the list of `sys history`. */
import type { Snapshot } from "../../snapshot/types.ts";
import type { Style } from "../terminal/style.ts";
import { columns, localTime, relativeTime } from "./words.ts";

/** One line of the history. */
export interface HistoryEntry {
  readonly snapshot: Snapshot;
  readonly current: boolean;
  readonly added: number;
  readonly removed: number;
}

/** Counts what each snapshot has that the one before has not, and the other way round. */
export function historyEntries(
  snapshots: readonly Snapshot[],
  current: number | null,
): HistoryEntry[] {
  let before = new Set<string>();
  return snapshots.map((snapshot) => {
    const now = new Set(thingsIn(snapshot));
    const added = [...now].filter((thing) => !before.has(thing)).length;
    const removed = [...before].filter((thing) => !now.has(thing)).length;
    before = now;
    return { snapshot, current: snapshot.number === current, added, removed };
  });
}

/** What a snapshot has, each as one text that changes when it does. */
function thingsIn({ wanted, derivations }: Snapshot): string[] {
  return [
    ...derivations.map(({ name, outputs }) => `package ${name} ${JSON.stringify(outputs)}`),
    ...wanted.paths.filter(({ role }) => role !== "profile" && role !== "shell")
      .map(({ path, state }) => `path ${path} ${JSON.stringify(state)}`),
    ...Object.entries(wanted.env).map(([name, value]) => `env ${name}=${value}`),
    ...wanted.services.map(({ name, digest }) => `service ${name} ${digest}`),
    ...wanted.settings.map(({ kind, key, value }) => `${kind} ${key} ${JSON.stringify(value)}`),
    ...wanted.runs.map(({ id }) => `run ${id}`),
  ];
}

/** The document of `sys history --json`, oldest first. */
export function historyDocument(entries: readonly HistoryEntry[]) {
  return {
    version: 1,
    snapshots: entries.map(({ snapshot, current, added, removed }) => ({
      number: snapshot.number,
      time: snapshot.time,
      description: snapshot.description,
      config: snapshot.config.path,
      current,
      tags: snapshot.tags,
      added,
      removed,
    })),
  };
}

/** The list, newest first. Times are relative on a terminal. */
export function historyText(
  entries: readonly HistoryEntry[],
  style: Style,
  now: Date | null,
): string {
  if (entries.length === 0) return "No snapshots yet: `sys apply` makes the first.";
  const rows = [...entries].reverse().map(({ snapshot, current, added, removed }) => [
    current ? style.green("*") : " ",
    String(snapshot.number),
    now ? relativeTime(snapshot.time, now) : localTime(snapshot.time),
    `${style.green(`+${added}`)} ${style.red(`-${removed}`)}`,
    snapshot.description,
    snapshot.tags.length > 0 ? style.cyan(snapshot.tags.join(", ")) : "",
    style.dim(snapshot.config.path ?? ""),
  ]);
  return columns(rows);
}
