/** Reads what PowerShell would: command lines that carry a script, and texts in single quotes. By the tokenizer of
 * PowerShell (about_Quoting_Rules; CharTraits.IsSingleQuote and IsDoubleQuote in its source). */
import assert from "node:assert/strict";

const SINGLE = "'\u2018\u2019\u201a\u201b";
const DOUBLE = '"\u201c\u201d\u201e';

/** The script in `-EncodedCommand`: base64 of UTF-16, little-endian. */
export function decodedScript(argv: readonly string[]): string {
  assert.equal(argv[0], "powershell.exe");
  assert.equal(argv.at(-2), "-EncodedCommand");
  assert.ok(argv.join(" ").length < 32_767, "a command line of Windows has 32,767 characters");
  const bytes = Uint8Array.from(atob(argv.at(-1)!), (character) => character.charCodeAt(0));
  return new TextDecoder("utf-16le").decode(bytes);
}

/** The text whose quote is at an offset, and where it ends. */
export function quotedAt(code: string, start: number): { text: string; end: number } {
  assert.ok(SINGLE.includes(code[start]), `no quote at ${start} of ${code}`);
  let text = "";
  for (let at = start + 1; at < code.length; at++) {
    if (!SINGLE.includes(code[at])) text += code[at];
    else if (at + 1 < code.length && SINGLE.includes(code[at + 1])) text += code[++at];
    else return { text, end: at + 1 };
  }
  throw new assert.AssertionError({ message: `the quote at ${start} never ends: ${code}` });
}

/** The texts of a script in single quotes, and its code with `''` in place of each.
 * @throws where a quote never ends */
export function readScript(script: string): { texts: string[]; code: string } {
  const texts: string[] = [];
  let code = "";
  for (let at = 0; at < script.length;) {
    if (SINGLE.includes(script[at])) {
      const { text, end } = quotedAt(script, at);
      texts.push(text);
      code += "''";
      at = end;
    } else if (DOUBLE.includes(script[at])) {
      const close = [...script.slice(at + 1)].findIndex((one) => DOUBLE.includes(one));
      assert.ok(close >= 0, "a double quote never ends");
      code += script.slice(at, at + close + 2);
      at += close + 2;
    } else if (script[at] === "#") {
      const end = script.indexOf("\n", at);
      at = end < 0 ? script.length : end;
    } else code += script[at++];
  }
  return { texts, code };
}

/** A script file as Windows PowerShell 5.1 reads it: what has no mark of its encoding is in that of the system. */
export function readBy51(file: Uint8Array): string {
  const marked = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf;
  return new TextDecoder(marked ? "utf-8" : "windows-1252").decode(file);
}

/** The same by PowerShell 7: UTF-8 with or without a mark. */
export function readBy7(file: Uint8Array): string {
  return new TextDecoder().decode(file);
}
