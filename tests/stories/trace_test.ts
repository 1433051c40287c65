/** Where the time went, as a file for a viewer. */
import assert from "node:assert/strict";
import { story } from "../support/story.ts";

const CONFIG = `return { setup = function()
  local made = derive { name = "made", version = "2", config = function(_, ctx)
    ctx.write(ctx.out, "made\\n")
  end }
  file { path = "~/made", source = made.out }
end }
`;

story("a trace of a command", async (s) => {
  s.write("init.lua", CONFIG);
  s.write("traces/.keep", "");
  await s.sys(["--trace", "traces/apply.json", "apply", "."]);
  const names = (path: string) =>
    JSON.parse(s.read(path)).traceEvents.map(({ name }: { name: string }) => name) as string[];
  const applied = names("traces/apply.json");
  for (const name of ["evaluate", "plan", "build", "made 2", "activate", s.at("made")]) {
    assert.ok(applied.includes(name), name);
  }
  assert.equal(Deno.statSync(s.at("traces/apply.json")).mode! & 0o777, 0o600);
  await s.sys(["rollback", "1", "--trace", "traces/apply.json"]);
  assert.ok(names("traces/apply.json").some((name) => name.startsWith("sys rollback 1 ")));
  await s.sys(["destroy", "--yes", "--quiet", "--trace", "traces/destroy.json"]);
  assert.ok(names("traces/destroy.json").includes(s.at("made")));
  // A failing command has a trace too.
  await s.sys(["plan", "nowhere", "--trace", "traces/failed.json"]);
  assert.ok(names("traces/failed.json").includes("sys plan nowhere --trace traces/failed.json"));
  assert.deepEqual([...Deno.readDirSync(s.at("traces"))].map(({ name }) => name).sort(), [
    ".keep",
    "apply.json",
    "destroy.json",
    "failed.json",
  ]);
});

story("a command whose trace can't be written does nothing", async (s) => {
  s.write("init.lua", CONFIG);
  s.write("mine", "mine\n");
  Deno.symlinkSync("mine", s.at("link"));
  await s.sys(["apply", ".", "--trace", "nowhere/trace.json"]);
  await s.sys(["apply", ".", "--trace", "."]);
  await s.sys(["apply", ".", "--trace", "link"]);
  await s.sys(["apply", ".", "--trace", "/dev/null", "--json"]);
  await s.sys(["apply", ".", "--trace", "init.lua"]);
  assert.equal(s.read("mine"), "mine\n");
  assert.equal(s.read("init.lua"), CONFIG);
  assert.ok(!s.exists("made"));
});

story("a trace that can't be written at the end is a warning", async (s) => {
  s.write(
    "init.lua",
    `return { setup = function()
  activate { name = "taken away", config = function(_, ctx)
    ctx.run("rm -r ~/gone", { undo = "true" })
  end }
end }
`,
  );
  s.write("gone/.keep", "");
  const { code } = await s.sys(["apply", ".", "--trace", "gone/trace.json"]);
  assert.equal(code, 0);
});
