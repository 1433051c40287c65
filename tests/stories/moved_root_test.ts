import assert from "node:assert/strict";
import { story } from "../support/story.ts";

story("a root that was moved gives back what it kept", async (s) => {
  const setup = (text: string) =>
    s.write(
      "init.lua",
      `return { setup = function()
  file { path = "~/a", content = "${text}" }
  file { path = "~/edited", content = "${text}", mode = "0600" }
end }
`,
    );
  const moved = `${s.home}/elsewhere`;
  const sys = (...args: string[]) => s.sys(args, { unseen: true, env: { SYSLUA_ROOT: moved } });
  s.write("a", "mine", 0o604);
  setup("first");
  assert.equal((await s.sys(["apply", "--replace"], { unseen: true })).code, 0);
  s.write("edited", "by hand", 0o600);
  setup("second");
  assert.equal((await s.sys(["apply", "--replace"], { unseen: true })).code, 0);
  Deno.renameSync(s.root, moved);

  const collected = await sys("gc");
  assert.equal(collected.code, 0, collected.stderr);
  const restored = await sys("originals", "restore", "2", `${s.home}/back`);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(s.read("back"), "by hand");
  const destroyed = await sys("destroy", "--yes");
  assert.equal(destroyed.code, 0, destroyed.stderr);
  assert.equal(s.read("a"), "mine");
  assert.equal(Deno.lstatSync(s.at("a")).mode! & 0o777, 0o604);
  assert.equal(s.exists("edited"), false);
});
