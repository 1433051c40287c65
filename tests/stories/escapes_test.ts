import assert from "node:assert/strict";
import { story } from "../support/story.ts";

/** Clears the screen, sets the title, writes over the line; in eight bits too. */
const HOSTILE = "\x1b[2J\x1b]0;t\x07\r\x9b2J\u202e";
/** The same in Lua. */
const LUA = "\\27[2J\\27]0;t\\7\\r\\u{9b}2J\\u{202e}";

const config = (body: string) => `return { setup = function() ${body} end }\n`;

story("what others wrote is read by people and not by the terminal", async (s) => {
  const shown: string[] = [];
  const sys = async (...args: string[]) => {
    const { stdout, stderr, code } = await s.sys([...args, "--color=always"], { unseen: true });
    shown.push(stdout, stderr);
    return { code, text: stdout + stderr };
  };
  s.write(
    "c/init.lua",
    config(`
      file { path = "~/a${LUA}", content = "one${LUA}" }
      env { V = "${LUA}" }
      activate { name = "n", config = function(_, ctx)
        ctx.run("true # ${LUA}") end }
      local d = derive { name = "loud", config = function(_, ctx)
        ctx.run("printf '${LUA}\\\\n'")
        ctx.write(ctx.out, "x") end }
      file { path = "~/loud", source = d.out }`),
  );
  await sys("plan", "c");
  await sys("eval", "c");
  const first = await sys("apply", "c", "--verbose", "--message", HOSTILE);
  assert.equal(first.code, 0, first.text);
  s.write(
    "c/init.lua",
    config(`file { path = "~/a${LUA}", content = "two${LUA}" }`),
  );
  await sys("apply", "c", "--verbose");
  Deno.removeSync(s.at(`a${HOSTILE}`));
  assert.equal((await sys("status")).code, 4);
  for (const line of ["history", "show 1", "show 2", "diff", "log loud", "why loud"]) {
    await sys(...line.split(" "));
  }
  s.write("c/init.lua", config(`error("${LUA}")`));
  assert.equal((await sys("plan", "c")).code, 3);
  s.write(
    "c/init.lua",
    config(`file { path = "~/x", source = derive { name = "bad", config = function(_, ctx)
      ctx.run("printf '${LUA}\\\\n'; exit 3") end }.out }`),
  );
  assert.equal((await sys("apply", "c")).code, 1);
  assert.equal((await sys(`plan${HOSTILE}`)).code, 2);
  assert.notEqual((await sys("plan", HOSTILE)).code, 0);
  assert.notEqual((await sys("show", HOSTILE)).code, 0);
  for (const text of shown) {
    // deno-lint-ignore no-control-regex
    const rest = text.replace(/\x1b\[(?:0|1|2|22|3[1-6]|39)m/g, "");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(rest, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
  }
  assert.ok(shown.filter((text) => text.includes("\\u001b[2J")).length >= 12);
});
