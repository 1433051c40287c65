/** Values of INI files, as the reader has them that sops uses: quoted in `"""` or backquotes they are taken as they are,
 * over several lines too; else spaces around them, a comment behind them, and quotes around them do not belong to them. */
import { badFile } from "../bad_file.ts";
import { wrongAt } from "./text.ts";

/** A value that begins behind `=` in a line, and the line behind it. */
export interface ReadValue {
  readonly value: string;
  /** What stands behind it. */
  readonly comment: string;
  readonly next: number;
}

/** @param n the line in which it begins, from 0 */
export function readValue(lines: readonly string[], n: number, start: string): ReadValue {
  const text = start.trimStart();
  if (text.trim() === "") return { value: "", comment: "", next: n + 1 };
  const quote = text.startsWith('"""') && text.length > 3 ? '"""' : text[0] === "`" ? "`" : null;
  if (quote !== null) return quoted(lines, n, { text: text.slice(quote.length), quote });
  const trimmed = text.trim();
  if (trimmed.endsWith("\\")) return continued(lines, n, trimmed.slice(0, -1));
  const at = trimmed.search(/[#;]/);
  const value = at < 0 ? trimmed : trimmed.slice(0, at).trim();
  return { value: unquoted(value), comment: at < 0 ? "" : trimmed.slice(at), next: n + 1 };
}

function quoted(
  lines: readonly string[],
  n: number,
  { text, quote }: { readonly text: string; readonly quote: string },
): ReadValue {
  let value = "";
  for (let line = text, at = n;; line = lines[++at]) {
    if (line === undefined) throw wrongAt(n + 1, "the quotes of a value are not closed");
    const end = line.lastIndexOf(quote);
    if (end >= 0) return { value: value + line.slice(0, end), comment: "", next: at + 1 };
    value += `${line}\n`;
  }
}

/** A backslash at the end goes on in the next line. */
function continued(lines: readonly string[], n: number, first: string): ReadValue {
  let value = first;
  for (let at = n + 1;; at++) {
    const line = lines[at]?.trim() ?? "";
    if (!line.endsWith("\\")) return { value: value + line, comment: "", next: at + 1 };
    value += line.slice(0, -1);
  }
}

function unquoted(text: string): string {
  const quote = text[0];
  const isQuoted = (quote === '"' || quote === "'") && text.length > 1 &&
    text.indexOf(quote, 1) === text.length - 1;
  return isQuoted ? text.slice(1, -1) : text;
}

/** A value as it is read again.
 * @throws SysError where no quotes hold it */
export function valueText(value: string, key: string): string {
  const quotes = /[\n`]/.test(value) ? ['"""', "`"] : ["", '"', "`", '"""'];
  const forms = quotes.map((quote) => quote + value + quote);
  const found = forms.find((text) => {
    const lines = `k = ${text}`.split("\n");
    try {
      const read = readValue(lines, 0, lines[0].slice(3));
      return read.value === value && read.comment === "" && read.next === lines.length;
    } catch {
      return false;
    }
  });
  if (found !== undefined && !value.includes("\r")) return found;
  throw badFile(`the value of ${JSON.stringify(key)} can't be written as INI: no quotes hold it`);
}
