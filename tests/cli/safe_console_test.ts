import assert from "node:assert/strict";
import { readable, SafeConsole } from "../../src/cli/terminal/safe_console.ts";
import type { Console } from "../../src/system/mod.ts";

const check = (name: string, text: string, colours: boolean, expected: string) =>
  Deno.test(`readable: ${name}`, () => assert.equal(readable(text, colours), expected));

check("plain text stays", "a\tb\nÄ 日本 👩‍👧\n", false, "a\tb\nÄ 日本 👩‍👧\n");
check(
  "our colours stay",
  "\x1b[31mred\x1b[39m \x1b[1mbold\x1b[22m",
  true,
  "\x1b[31mred\x1b[39m \x1b[1mbold\x1b[22m",
);
check("colours go where none are wanted", "\x1b[31mred\x1b[0m", false, "red");
check("what hides a text goes", "\x1b[8mhidden\x1b[30;40mdark", true, "hiddendark");
check("a title", "\x1b]0;title\x07", true, "\\u001b]0;title\\u0007");
check("a cleared screen", "\x1b[2J\x1b[H", true, "\\u001b[2J\\u001b[H");
check("a line written over", "safe\rgone\b", true, "safe\\u000dgone\\u0008");
check("escapes of eight bits", "\x9b2J\x9d0;t\x9c", true, "\\u009b2J\\u009d0;t\\u009c");
check("a line turned around", "a\u202eb\u2066c", true, "a\\u202eb\\u2066c");
check("delete", "a\x7fb", true, "a\\u007fb");

Deno.test("readable: a JSON document means the same afterwards", () => {
  const document = { text: "\x1b[2J \x7f \x9b \u202e \r\n\t" };
  assert.deepEqual(JSON.parse(readable(JSON.stringify(document, null, 2), false)), document);
});

Deno.test("readable: whatever goes to the terminal as a text", async () => {
  const seen: string[] = [];
  const raw = {
    out: (text: string) => void seen.push(text),
    err: (text: string) => void seen.push(text),
    ask: (question: string) => (seen.push(question), Promise.resolve(null)),
  } as Partial<Console> as Console;
  const console = new SafeConsole(raw, { out: true, err: false });
  const text = "\x1b[31ma\x1b[2J";
  console.out(text);
  console.err(text);
  await console.ask(text, new AbortController().signal);
  assert.deepEqual(seen, ["\x1b[31ma\\u001b[2J", "a\\u001b[2J", "a\\u001b[2J"]);
});
