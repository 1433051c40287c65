/** Takes a Plan, gives its text or its document. */
import { nounsOf } from "../../manifest/kinds.ts";
import type { Plan, PlannedAction } from "../../plan/types.ts";
import type { Style } from "../terminal/style.ts";
import { columns, count, counted, oneLine } from "./words.ts";

/** How many lines are shown before the rest is only counted. */
const SHOWN = 30;

const MARKS: Record<PlannedAction["op"], string> = {
  create: "+",
  update: "~",
  replace: "!",
  remove: "-",
  keep: "=",
};

/** The document of `sys plan --json`. */
export function planDocument(plan: Plan) {
  return {
    version: 1,
    changes: plan.changes,
    realize: plan.realize.map(({ name, version, hash }) => ({ name, version, hash })),
    actions: plan.actions.map(({ op, kind, target, drifted, note }) => ({
      op,
      kind,
      target,
      ...(drifted ? { drifted } : {}),
      ...(note === undefined ? {} : { note }),
    })),
    unmanaged: plan.unmanaged,
    blocked: plan.blocked.map(({ target, why }) => ({ target, why })),
    lost: plan.lost,
  };
}

/** What `sys plan` shows: what is built, what changes, and how much stays. */
export function planText(plan: Plan, style: Style, verbose: boolean): string {
  const lines: string[] = [];
  if (plan.realize.length > 0) {
    lines.push(`To realize: ${counted(plan.realize.length, "derivation")}`);
    const names = plan.realize.map(({ name, version }) => version ? `${name} ${version}` : name);
    lines.push(...limited(names, verbose).map((name) => `  ${style.cyan("*")} ${name}`));
  }
  const changes = changeLines(plan.actions, style, verbose);
  if (changes.length > 0) lines.push(`To change: ${changesInWords(plan.actions)}`, ...changes);
  // What stays is told where there is more to say, such as why it was skipped.
  const skipped = plan.actions.filter(({ op, note }) => op === "keep" && note !== undefined);
  if (skipped.length > 0) lines.push("To skip:", ...actionLines(skipped, style, verbose));
  if (plan.blocked.length > 0) {
    lines.push(
      style.red(`In the way: ${counted(plan.blocked.length, "target")}; apply will refuse`),
    );
    lines.push(
      ...limited(
        plan.blocked.map(({ target, why }) => `  ${oneLine(target)}: ${oneLine(why)}`),
        verbose,
      ),
    );
  }
  if (!plan.changes && plan.blocked.length === 0) lines.push("Nothing to do.");
  lines.push(...summary(plan.actions));
  return lines.join("\n");
}

/** A line for each thing that changes. The profile and the env scripts are sys.lua's own: they are counted only. */
export function changeLines(
  actions: readonly PlannedAction[],
  style: Style,
  verbose: boolean,
): string[] {
  return actionLines(
    actions.filter(({ op, kind }) => op !== "keep" && (verbose || !OWN.has(kind))),
    style,
    verbose,
  );
}

function actionLines(actions: readonly PlannedAction[], style: Style, verbose: boolean): string[] {
  if (actions.length === 0) return [];
  const sorted = [...actions].sort((a, b) => (a.target < b.target ? -1 : 1));
  return limited(columns(sorted.map((one) => row(one, style)), "  ").split("\n"), verbose);
}

const OWN = new Set(["profile", "shell"]);

/** `12 to create, 1 to update`. */
function changesInWords(actions: readonly PlannedAction[]): string {
  const words: [PlannedAction["op"], string][] = [
    ["create", "to create"],
    ["update", "to update"],
    ["replace", "to replace"],
    ["remove", "to remove"],
  ];
  return words.map(([op, text]) => ({ n: actions.filter((a) => a.op === op).length, text }))
    .filter(({ n }) => n > 0).map(({ n, text }) => `${count(n)} ${text}`).join(", ");
}

/** `1,000 links: 3 changed, 997 unchanged`, one line a kind. */
export function summary(actions: readonly PlannedAction[]): string[] {
  const kinds = [...new Set(actions.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => {
    const own = actions.filter((action) => action.kind === kind);
    const kept = own.filter(({ op }) => op === "keep").length;
    return `${counted(own.length, ...nounsOf(kind))}: ` +
      `${count(own.length - kept)} changed, ${count(kept)} unchanged`;
  });
}

function row(action: PlannedAction, style: Style): string[] {
  const paint = action.op === "create"
    ? style.green
    : action.op === "remove"
    ? style.red
    : style.yellow;
  const notes = [action.drifted ? "changed by hand" : "", action.note ?? ""].filter(Boolean);
  return [
    paint(MARKS[action.op]),
    action.target,
    style.dim(nounsOf(action.kind)[0]),
    notes.length > 0 ? style.dim(notes.join("; ")) : "",
  ];
}

function limited(lines: readonly string[], verbose: boolean): string[] {
  if (verbose || lines.length <= SHOWN) return [...lines];
  return [
    ...lines.slice(0, SHOWN),
    `  … and ${count(lines.length - SHOWN)} more (--verbose lists them)`,
  ];
}
