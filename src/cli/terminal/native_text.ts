/** Takes texts that name inside paths, gives them as people on that system write them: `C:/Users/jo` on Windows, which
 * every program there takes, and which no quoting changes. */
import type { Os } from "../../system/mod.ts";

/** A text for people, or for scripts. */
type Shown = (text: string) => string;

export interface NativeText {
  /** Messages and errors: a path stands after a blank, a quote or a bracket. Lines of a config are shown as they are. */
  readonly message: Shown;
  /** Results: the same, but for lines of a difference between contents, which are shown as they are. */
  readonly result: Shown;
  /** A value of a document, where it is a path. */
  readonly value: (key: string, value: unknown) => unknown;
}

const same: NativeText = {
  message: (text) => text,
  result: (text) => text,
  value: (_, value) => value,
};

const DRIVE = String.raw`\/([a-z])(?:\/|(?=\s|$))`;
const SHARE = String.raw`\/unc\/(?=[^\s/]+\/)`;
const IN_MESSAGE = new RegExp(`(?<=^|[\\s"'\`(])(?:${DRIVE}|${SHARE})`, "gm");
/** As `render/diff.ts` shows a line of a difference, in colour or not, and `render/error.ts` one of a config. */
// deno-lint-ignore no-control-regex -- colours
const DIFFERENCE = /^(?:\x1b\[\d+m)* {6}[+\-@ ]/;
// deno-lint-ignore no-control-regex -- colours
const EXCERPT = /^ *(?:\x1b\[\d+m)*\d+ \|/;
const IN_VALUE = new RegExp(`^(?:${DRIVE}|${SHARE})`);

const replaced = (text: string, where: RegExp) =>
  text.replace(where, (_, drive?: string) => drive ? `${drive.toUpperCase()}:/` : "//");

/** All lines but some. */
const besides = (verbatim: RegExp, text: string) =>
  text.split("\n").map((line) => verbatim.test(line) ? line : replaced(line, IN_MESSAGE))
    .join("\n");

const windows: NativeText = {
  message: (text) => besides(EXCERPT, text),
  result: (text) => besides(DIFFERENCE, text),
  value: (_, value) => typeof value === "string" ? replaced(value, IN_VALUE) : value,
};

export function nativeText(os: Os): NativeText {
  return os === "windows" ? windows : same;
}
