/** Takes a snapshot, gives what `sys show` prints. */
import type { PathState } from "../../plan/types.ts";
import type { Snapshot } from "../../snapshot/types.ts";
import type { Style } from "../terminal/style.ts";
import { columns, localTime } from "./words.ts";

/** One snapshot whole, for people. */
export function snapshotText(snapshot: Snapshot, style: Style): string {
  const { wanted } = snapshot;
  const tags = snapshot.tags.length > 0 ? `  ${style.cyan(snapshot.tags.join(", "))}` : "";
  const lines = [
    `${style.bold(`Snapshot ${snapshot.number}`)}  ${localTime(snapshot.time)}  ` +
    `${snapshot.description}${tags}`,
  ];
  if (snapshot.config.path !== null) lines.push(`Config ${snapshot.config.path}`);
  const section = (title: string, rows: string[][]) => {
    if (rows.length > 0) lines.push("", style.bold(title), columns(rows, "  "));
  };
  section(
    "Packages",
    snapshot.derivations.map(({ name, version, outputs }) => [
      name,
      version ?? "",
      style.dim(Object.values(outputs).join(" ")),
    ]),
  );
  section("Environment", Object.entries(wanted.env).map(([name, value]) => [name, value]));
  section(
    "Paths",
    wanted.paths.map(({ target, state, path }) => [
      target,
      stateText(state),
      original(snapshot.originals[path]),
    ]),
  );
  section(
    "Services",
    wanted.services.map(({ name, user }) => [name, user ? "of the user" : "of the system"]),
  );
  section(
    "Settings",
    wanted.settings.map(({ kind, key, value }) => [kind, key, JSON.stringify(value)]),
  );
  section(
    "Commands",
    wanted.runs.map(({ command, undo }) => [
      typeof command === "string" ? command : command.join(" "),
      undo === null ? "can't be undone" : `undone by ${undo}`,
    ]),
  );
  return lines.join("\n");
}

function stateText(state: PathState): string {
  switch (state.kind) {
    case "link":
      return `→ ${state.to}`;
    case "file":
      return `file ${state.mode.toString(8).padStart(4, "0")}`;
    case "dir":
      return "folder";
    default:
      return state.kind;
  }
}

function original(state: PathState | undefined): string {
  if (state === undefined || state.kind === "absent") return "";
  return state.kind === "file" ? "(the original is kept)" : "(replaced)";
}
