import assert from "node:assert/strict";
import { LiveDisplay } from "../../src/cli/terminal/live.ts";
import { realSystem } from "../../src/system/real.ts";
import type { Console } from "../../src/system/mod.ts";

/** A console that keeps what was written. */
function remembering(columns: number) {
  const written: string[] = [];
  const console = { err: (text: string) => written.push(text), columns: () => columns };
  return { console: console as unknown as Console, written };
}

Deno.test("a live display draws again as time goes by, and is gone in the end", async () => {
  const { console, written } = remembering(20);
  const { clock } = realSystem();
  let drawn = 0;
  const display = new LiveDisplay(console, clock, () => [`drawn ${++drawn}`, "x".repeat(50)]);
  for (let tries = 0; tries < 3000 && drawn < 3; tries++) await clock.sleep(20);
  display.close();
  assert.ok(drawn >= 3);
  assert.equal(written[0], `drawn 1\n${"x".repeat(19)}\x1b[0m\n`);
  assert.equal(written.at(-1), "\x1b[1A\x1b[2K\x1b[1A\x1b[2K\r");
});

Deno.test("messages go above the live lines", () => {
  const { console, written } = remembering(80);
  const display = new LiveDisplay(console, realSystem().clock, () => ["one"]);
  display.show();
  display.hide();
  display.show();
  display.close();
  display.close();
  assert.deepEqual(written, ["one\n", "\x1b[1A\x1b[2K\r", "one\n", "\x1b[1A\x1b[2K\r"]);
});
