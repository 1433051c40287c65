/** Which values of a file are encrypted: one rule for all of it. */
import { badFile } from "./bad_file.ts";

/** In the order in which sops asks. */
export const RULES = [
  "unencrypted_suffix",
  "encrypted_suffix",
  "unencrypted_regex",
  "encrypted_regex",
  "unencrypted_comment_regex",
  "encrypted_comment_regex",
] as const;

export interface Selection {
  readonly rule: typeof RULES[number];
  /** The end of keys, or an expression that is looked for in keys or comments. */
  readonly pattern: string;
}

/** What sops takes where a file says nothing. */
export const DEFAULT_SELECTION: Selection = { rule: "unencrypted_suffix", pattern: "_unencrypted" };

/** A value or comment where the question is asked. */
export interface Position {
  /** Keys of the maps around it, and its own. */
  readonly path: readonly string[];
  /** For each map and list around it the comments that stand right before it, or before what holds it; at the end of the
   * last, a comment itself. */
  readonly comments: readonly (readonly string[])[];
  readonly isComment: boolean;
}

/** Gives the answer for each position.
 * @throws SysError where an expression is none */
export function selector({ rule, pattern }: Selection): (position: Position) => boolean {
  const selected = !rule.startsWith("un");
  if (rule.endsWith("_suffix")) {
    return ({ path }) => path.some((key) => key.endsWith(pattern)) === selected;
  }
  const expression = goExpression(pattern);
  const found = (text: string) => expression.test(text);
  if (!rule.endsWith("_comment_regex")) return ({ path }) => path.some(found) === selected;
  // A comment that begins what is encrypted is not encrypted itself.
  return ({ comments, isComment }) =>
    comments.some((level, depth) =>
      (selected && isComment && depth === comments.length - 1 ? level.slice(0, -1) : level)
        .some(found)
    ) === selected;
}

const FLAGS = /^\(\?([ims]+)\)/;
/** What Go's expressions have, and those of JavaScript do not, or with another meaning. */
const FOREIGN = /\[\[:|\\[AzQEaC]|\(\?[ims]*U|(?!^)\(\?[imsU-]+\)/;

/** An expression of Go's as one of JavaScript's.
 * @throws SysError where there is none */
export function goExpression(pattern: string): RegExp {
  const flags = FLAGS.exec(pattern)?.[1] ?? "";
  const rest = pattern.replace(FLAGS, "").replaceAll("(?P<", "(?<");
  if (!FOREIGN.test(rest)) {
    try {
      return new RegExp(rest, flags + (/\\p/i.test(rest) ? "u" : ""));
    } catch {
      // Told below.
    }
  }
  throw badFile(`the expression ${JSON.stringify(pattern)} is not one that sys knows`);
}
