/** Takes a Manifest, gives what `sys eval` prints. */
import type { Action, Manifest } from "../../manifest/types.ts";
import {
  DIR_PLACEHOLDER,
  inputPlaceholder,
  outputPlaceholder,
  sourcePlaceholder,
  substitute,
} from "../../manifest/placeholder.ts";
import { kindOf } from "../../manifest/kinds.ts";
import type { Style } from "../terminal/style.ts";
import { columns } from "./words.ts";

/** The document of `sys eval --json`: the manifest as it is. */
export function manifestDocument(manifest: Manifest): Manifest {
  return manifest;
}

/** Words for people in place of placeholders: `<hello>/bin`. */
export function placeholderWords(
  manifest: Pick<Manifest, "derivations" | "sources" | "inputs">,
): ReadonlyMap<string, string> {
  const words = new Map([[DIR_PLACEHOLDER, "<config>"]]);
  for (const { hash, name, outputs } of manifest.derivations) {
    for (const output of outputs) {
      words.set(
        outputPlaceholder(hash, output),
        output === "out" ? `<${name}>` : `<${name}.${output}>`,
      );
    }
  }
  for (const { id, name } of manifest.sources) words.set(sourcePlaceholder(id), `<${name}>`);
  for (const { name } of manifest.inputs) words.set(inputPlaceholder(name), `<${name}>`);
  return words;
}

/** Derivations and activations, one line each. */
export function manifestText(manifest: Manifest, style: Style): string {
  const words = placeholderWords(manifest);
  const lines: string[] = [];
  const section = (title: string, rows: string[][]) => {
    if (rows.length === 0) return;
    if (lines.length > 0) lines.push("");
    lines.push(style.bold(title), columns(rows, "  "));
  };
  section(
    "Inputs",
    manifest.inputs.map(({ name, type, rev, hash }) => [name, type, rev ?? "", style.dim(hash)]),
  );
  section(
    "Derivations",
    manifest.derivations.map(({ name, version, hash, place }) => [
      name,
      version ?? "",
      style.dim(hash.slice(0, 12)),
      style.dim(`${place.file}:${place.line}`),
    ]),
  );
  section(
    "Activations",
    manifest.activations.flatMap(({ name, user, project, actions, place }) =>
      actions.map((action) => [
        action.kind,
        substitute(actionText(action, name), words),
        user === null ? project === null ? "" : `project ${project}` : `user ${user}`,
        style.dim(`${place.file}:${place.line}`),
      ])
    ),
  );
  return lines.length > 0 ? lines.join("\n") : "The config declares nothing.";
}

/** What the evaluation read, one fact a line. */
export function readsText(manifest: Manifest): string {
  if (manifest.reads.length === 0) return "The evaluation read no facts about this machine.";
  return columns(manifest.reads.map(({ fact, value }) => [fact, JSON.stringify(value)]));
}

function actionText(action: Action, name: string): string {
  return kindOf(action.kind).line?.(action) ?? name;
}
