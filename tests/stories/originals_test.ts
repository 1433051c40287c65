import assert from "node:assert/strict";
import { removeObject } from "../support/tree.ts";
import { story } from "../support/story.ts";

const CONFIG = `return { setup = function()
  file { path = "~/.vimrc", content = "set number\\n", mode = "0644" }
  file { path = "~/.profile", content = "ours\\n" }
end }
`;

story("what was replaced has a number, and comes back by it", async (s) => {
  s.write("init.lua", CONFIG);
  s.write(".vimrc", "mine\n", 0o600);
  assert.equal((await s.sys(["apply", "--replace"])).code, 0);
  s.write(".vimrc", "edited\n");
  assert.equal((await s.sys(["apply", "--replace"])).code, 0);
  const { stdout } = await s.sys(["originals", "--json"], { unseen: true });
  const { version, originals } = JSON.parse(stdout);
  assert.equal(version, 1);
  assert.deepEqual(
    originals.map((one: Record<string, unknown>) => [one.number, one.path, one.why, one.mode]),
    [[1, s.at(".vimrc"), "original", 0o600], [2, s.at(".vimrc"), "edit", 0o644]],
  );
  assert.match((await s.sys(["originals"], { unseen: true })).stdout, /2 .*edited by hand/);
  assert.match((await s.sys(["originals", "show", "2"], { unseen: true })).stdout, /\nedited\n$/);
  assert.equal((await s.sys(["originals", "restore", "2"])).code, 1);
  assert.equal((await s.sys(["originals", "restore", "2", "other"])).code, 0);
  assert.equal(s.read("other"), "edited\n");
  assert.equal((await s.sys(["originals", "show", "7"])).code, 2);
  // The edit outlives its snapshots.
  await s.sys(["apply", "--replace", "--quiet"], { unseen: true });
  await s.sys(["gc", "--keep", "1", "--quiet"], { unseen: true });
  assert.match((await s.sys(["originals", "show", "2"], { unseen: true })).stdout, /\nedited\n$/);
  assert.equal((await s.sys(["originals", "drop", "2"])).code, 0);
  assert.equal((await s.sys(["destroy", "--yes"])).code, 0);
  assert.equal(s.read(".vimrc"), "mine\n");
  await s.sys(["originals"]);
});

story("an original that is lost is told once, and the others come back", async (s) => {
  s.write("init.lua", CONFIG);
  s.write(".vimrc", "mine\n");
  s.write(".profile", "my own\n");
  await s.sys(["apply", "--replace", "--quiet"], { unseen: true });
  const obj = `${s.root}/store/obj`;
  for (const { name } of [...Deno.readDirSync(obj)]) {
    if (!name.startsWith("original-.vimrc")) continue;
    Deno.chmodSync(obj, 0o755);
    removeObject(`${obj}/${name}`);
  }
  const { stdout } = await s.sys(["originals", "--json"], { unseen: true });
  const { originals } = JSON.parse(stdout);
  const { number } = originals.find(({ path }: { path: string }) => path.endsWith("vimrc"));
  Deno.removeSync(`${s.root}/originals/${number}`);
  assert.equal((await s.sys(["destroy", "--yes"])).code, 7);
  assert.equal(s.read(".profile"), "my own\n");
  assert.equal((await s.sys(["destroy", "--yes"])).code, 0);
  const dropped = await s.sys(["originals", "drop", String(number)], { unseen: true });
  assert.equal(dropped.code, 0);
});

story("the store is not deleted before what only it holds is saved", async (s) => {
  s.write("init.lua", CONFIG);
  s.write(".vimrc", "mine\n");
  await s.sys(["apply", "--replace", "--quiet"], { unseen: true });
  s.write(".vimrc", "edited\n");
  await s.sys(["apply", "--replace", "--quiet"], { unseen: true });
  const dry = await s.sys(["destroy", "--store", "--dry-run", "--json"], { unseen: true });
  assert.deepEqual(
    JSON.parse(dry.stdout).saved.originals.map(({ number }: { number: number }) => number),
    [2],
  );
  const { code, stdout } = await s.sys(["destroy", "--store", "--yes", "--json"], { unseen: true });
  assert.equal(code, 0);
  const { folder, originals } = JSON.parse(stdout).saved;
  assert.equal(Deno.readTextFileSync(`${folder}/${originals[0].name}`), "edited\n");
  assert.equal(s.read(".vimrc"), "mine\n");
  assert.ok(!s.exists(".local/share/syslua"));
  assert.equal((await s.sys(["status"])).code, 0);
});
