/** What a build warns of is seen: on standard error, in the log, in the document; as an error where that is asked. */
import assert from "node:assert/strict";
import { needs } from "../realize/inspect/support.ts";
import { story } from "../support/story.ts";

const config = (more = "") => `
return { setup = function()
  derive {
    name = "tool", version = "2", ${more}
    config = function(_, ctx)
      ctx.write("main.c", "int main(void) { return 0; }")
      ctx.run("gcc -o tool main.c -Wl,-rpath,/opt/tool/lib")
      ctx.copy("tool", ctx.out .. "/bin/tool")
    end,
  }
end }
`;
const TEXT = "bin/tool looks for libraries in /opt/tool/lib (its RPATH), which is not in the store";
const ARGS = ["build", "--config", "init.lua", "tool"];

story("what a build warns of is told", async (s) => {
  s.write("init.lua", config());
  const { stdout, stderr } = await s.sys([...ARGS, "--json"], { unseen: true });
  assert.ok(stderr.includes(`warning: tool 2: ${TEXT}\n`));
  assert.deepEqual(JSON.parse(stdout).warnings, [{ derivation: "tool", text: TEXT }]);
  await s.sys(["log", "tool"]);
  s.write("init.lua", config("strict = true,"));
  await s.sys(ARGS);
}, needs(["linux", "gcc"], ""));
