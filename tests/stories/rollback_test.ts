import assert from "node:assert/strict";
import { type Story, story } from "../support/story.ts";

const quiet = { unseen: true };

async function document(s: Story, ...args: string[]) {
  const { code, stdout, stderr } = await s.sys([...args, "--json"], quiet);
  assert.equal(code, 0, stdout + stderr);
  return JSON.parse(stdout);
}

story("rollback moves although nothing on the disk has to change", async (s) => {
  s.write(
    "c/init.lua",
    `return { setup = function()
      activate { config = function(_, ctx) ctx.copy("./a", "~/a") end }
    end }`,
  );
  const config = (text: string) => s.write("c/a", text);
  config("1\n");
  await document(s, "apply", "c");
  config("2\n");
  await document(s, "apply", "c");
  s.write("a", "edited\n");
  assert.equal((await document(s, "apply", "c", "--replace")).snapshot, 3);
  // What snapshot 2 says is what 3 says too.
  const first = await document(s, "rollback");
  assert.deepEqual([first.to, first.snapshot, s.read("a")], [2, 4, "2\n"]);
  const second = await document(s, "rollback");
  assert.deepEqual([second.to, second.snapshot, s.read("a")], [1, 5, "1\n"]);
  const { snapshots } = await document(s, "history");
  assert.equal(snapshots.find(({ current }: { current: boolean }) => current).number, 5);
  // To where one is already is no move.
  assert.equal((await document(s, "rollback", "1")).snapshot, null);
});
