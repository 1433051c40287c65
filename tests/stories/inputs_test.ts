import assert from "node:assert/strict";
import { type Story, story } from "../support/story.ts";

const git = (s: Story, line: string) =>
  s.shell(`git -c user.name=m -c user.email=m@example.org ${line}`, { cwd: "pkgs", unseen: true });

async function commit(s: Story, text: string) {
  s.write("pkgs/init.lua", `return { motd = "${text}" }\n`);
  await git(s, "add -A");
  const { code, stderr } = await git(s, `commit -qm "${text}"`);
  assert.equal(code, 0, stderr);
}

story("an input stays where the lock has it until it is updated", async (s) => {
  s.write("pkgs/README", "packages\n");
  await git(s, "init -q -b main .");
  await commit(s, "first");
  s.write("mine/init.lua", 'return { word = "mine" }\n');
  s.write(
    "dotfiles/init.lua",
    `local M = {}
M.inputs = { pkgs = "git:file://" .. "${s.home}/pkgs", mine = "path:../mine" }
function M.setup(inputs)
  local motd = require("inputs.pkgs").motd .. " " .. require("inputs.mine").word
  file { path = "~/motd", content = motd .. "\\n" }
end
return M
`,
  );
  const apply = (...more: string[]) =>
    s.sys(["apply", "dotfiles", "--quiet", ...more], { unseen: true });
  assert.equal((await apply("--frozen")).code, 3);
  assert.equal(s.exists("dotfiles/syslua.lock"), false);
  assert.equal((await apply()).code, 0);
  assert.equal(s.read("motd"), "first mine\n");
  const lock = s.read("dotfiles/syslua.lock");
  assert.match(lock, /"rev"/);
  assert.doesNotMatch(lock, /mine/);

  await commit(s, "second");
  s.write("mine/init.lua", 'return { word = "changed" }\n');
  assert.equal((await apply("--frozen")).code, 0);
  assert.equal(s.read("motd"), "first changed\n");

  const cwd = "dotfiles";
  const dry = await s.sys(["update", "--dry-run"], { cwd, unseen: true });
  assert.match(dry.stdout, /^pkgs /);
  assert.equal(s.read("dotfiles/syslua.lock"), lock);
  assert.equal((await s.sys(["update", "pkgs"], { cwd, unseen: true })).code, 0);
  assert.notEqual(s.read("dotfiles/syslua.lock"), lock);
  assert.equal((await apply()).code, 0);
  assert.equal(s.read("motd"), "second changed\n");
  await s.sys(["update"], { cwd });
  assert.equal((await s.sys(["update", "nothing"], { cwd })).code, 3);
});
