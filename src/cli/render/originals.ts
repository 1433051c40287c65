/** Takes originals, gives their text or their document. */
import type { ListedOriginal, Original } from "../../journeys/originals.ts";
import type { Style } from "../terminal/style.ts";
import { columns, counted, localTime, oneLine, size } from "./words.ts";

/** How many are named before the rest is only counted. */
const SHOWN = 20;

/** An original in the documents of `sys originals`. */
export function originalDocument(original: ListedOriginal) {
  const { number, time, path, why, state, lost } = original;
  const { uid, gid, mtime } = state.kept;
  const details = state.kind === "file"
    ? { mode: state.mode, size: original.size, sha256: state.digest, content: state.content }
    : state.kind === "link"
    ? { to: state.to }
    : { mode: state.mode };
  return { number, time, path, why, kind: state.kind, uid, gid, mtime, ...details, lost };
}

/** What `sys originals` prints. */
export function originalsText(originals: readonly ListedOriginal[], style: Style): string {
  if (originals.length === 0) return "Nothing is set aside.";
  return columns(originals.map((one) => [
    style.cyan(String(one.number)),
    localTime(one.time),
    whatItIs(one),
    `${one.state.kept.uid}:${one.state.kept.gid}`,
    one.path,
    style.dim(WHY[one.why]) + (one.lost ? ` ${style.red("lost")}` : ""),
  ]));
}

/** What `sys originals show` prints above the content. */
export function originalText(one: ListedOriginal): string {
  const { uid, gid, mtime } = one.state.kept;
  const rows = [
    ["original", String(one.number)],
    ["path", one.path],
    ["set aside", localTime(one.time)],
    ["because", WHY[one.why]],
    ["what", whatItIs(one)],
    ["owner", `${uid}:${gid}`],
    ["modified", localTime(new Date(mtime * 1000).toISOString())],
    ...(one.state.kind === "file" && one.state.content ? [["content", one.state.content]] : []),
    ...(one.lost ? [["lost", "nothing whole is left of its content"]] : []),
  ];
  return columns(rows);
}

const WHY: Record<Original["why"], string> = {
  original: "there before sys.lua",
  edit: "edited by hand",
};

function whatItIs({ state, size: bytes }: Original): string {
  if (state.kind === "link") return `link to ${state.to}`;
  const mode = state.mode.toString(8);
  return state.kind === "dir" ? `folder ${mode}` : `file ${mode} ${size(bytes)}`;
}

/** In the documents of commands that set something aside. */
export function keptDocument(kept: readonly Original[]) {
  return kept.map(({ number, path, why }) => ({ number, path, why }));
}

/** What a command has set aside, a line each. */
export function keptLines(kept: readonly Original[], verbose: boolean): string[] {
  const lines = kept.slice(0, verbose ? kept.length : SHOWN).map(({ number, path, why, state }) => {
    const only = state.kept.held === undefined ? "; without attributes and hard links" : "";
    return `Kept ${oneLine(path)} as original ${number} (${WHY[why]}${only}).`;
  });
  const more = kept.length - lines.length;
  if (more > 0) lines.push(`Kept ${counted(more, "more original")}: \`sys originals\` lists them.`);
  return lines;
}

/** What a destroy leaves on the list. */
export function leftLines(count: number): string[] {
  if (count === 0) return [];
  return [`Set aside, and not given back: ${counted(count, "original")} (\`sys originals\`).`];
}
