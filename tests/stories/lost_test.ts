import assert from "node:assert/strict";
import { type Story, story, sysArgv } from "../support/story.ts";
import { describeTree } from "../support/tree.ts";

const CONFIG = `
local used = derive { name = "used", config = function(_, ctx)
  ctx.write(ctx.out .. "/bin/w", "#!/bin/sh\\necho works\\n", { executable = true })
end }
local wrap = derive { name = "wrap", config = function(_, ctx)
  ctx.mkdir(ctx.out .. "/bin")
  ctx.symlink(used.out .. "/bin/w", ctx.out .. "/bin/w")
end }
return { setup = function()
  file { path = "~/.vimrc", content = "set number\\n" }
  activate { name = "wrap", config = function(_, ctx) ctx.add_to_path(wrap.out .. "/bin") end }
end }
`;

const objects = (s: Story) => [...Deno.readDirSync(`${s.root}/store/obj`)].map(({ name }) => name);
const nameOf = (s: Story, start: string) => objects(s).find((name) => name.startsWith(start))!;

function lose(s: Story, start: string) {
  const path = `${s.root}/store/obj/${nameOf(s, start)}`;
  Deno.chmodSync(`${s.root}/store/obj`, 0o755);
  for (const folder of [path, `${path}/bin`]) {
    try {
      if (Deno.lstatSync(folder).isDirectory) Deno.chmodSync(folder, 0o755);
    } catch {
      // A file is an object too.
    }
  }
  Deno.removeSync(path, { recursive: true });
}

story("what is lost from the store is noticed and made again", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["apply", "--quiet"], { unseen: true });
  for (const start of ["used-", "vimrc-", "wrap-", "profile-"]) {
    lose(s, start);
    assert.equal((await s.sys(["status"], { unseen: true })).code, 4, start);
    const { code, stderr } = await s.sys(["apply", "--quiet"], { unseen: true });
    assert.equal(code, 0, stderr);
    assert.equal((await s.sys(["status"], { unseen: true })).code, 0, start);
    assert.equal((await s.shell(`. ${s.root}/env.sh; w`, { unseen: true })).stdout, "works\n");
    assert.equal(s.read(".vimrc"), "set number\n");
  }
});

story("gc takes nothing where the snapshots are gone", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["apply", "--quiet"], { unseen: true });
  Deno.removeSync(`${s.root}/snapshots`, { recursive: true });
  const { code, stderr } = await s.sys(["gc"], { unseen: true });
  assert.equal(code, 1);
  assert.match(stderr, /has no snapshots, .*\n {2}hint: `sys apply` records again/);
  assert.equal((await s.sys(["apply", "--quiet"], { unseen: true })).code, 0);
  assert.equal((await s.sys(["gc"], { unseen: true })).code, 0);
  assert.equal((await s.shell(`. ${s.root}/env.sh; w`, { unseen: true })).stdout, "works\n");
  assert.equal(s.read(".vimrc"), "set number\n");
});

story("gc finds again what lost records said", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["apply", "--quiet"], { unseen: true });
  s.write("init.lua", CONFIG.replace("number", "ruler"));
  await s.sys(["apply", "--quiet"], { unseen: true });
  for (const { name } of Deno.readDirSync(`${s.root}/store/refs`)) {
    Deno.removeSync(`${s.root}/store/refs/${name}`);
  }
  const { code, stderr } = await s.sys(["gc", "--keep", "1"], { unseen: true });
  assert.equal(code, 0, stderr);
  assert.equal((await s.shell(`. ${s.root}/env.sh; w`, { unseen: true })).stdout, "works\n");
  assert.equal((await s.sys(["store", "verify"], { unseen: true })).code, 1);
  assert.equal((await s.sys(["store", "verify", "--repair"], { unseen: true })).code, 0);
  assert.equal((await s.sys(["store", "verify"], { unseen: true })).code, 0);
});

/** Changes the program that the profile leads to, two objects below what is wanted. */
function damage(s: Story) {
  const path = `${s.root}/store/obj/${nameOf(s, "used-")}/bin/w`;
  Deno.chmodSync(path, 0o755);
  Deno.writeTextFileSync(path, "#!/bin/sh\necho broken\n");
}

story("what was damaged below what is wanted is not gone back to, and made again", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["apply", "--quiet"], { unseen: true });
  s.write("init.lua", CONFIG.replace("number", "ruler"));
  await s.sys(["apply", "--quiet"], { unseen: true });
  damage(s);
  const before = describeTree(s.root, ["lock.d", "lock"]);
  assert.equal((await s.sys(["rollback"])).code, 1);
  assert.deepEqual(describeTree(s.root, ["lock.d", "lock"]), before);
  assert.equal((await s.sys(["status"], { unseen: true })).code, 4);
  assert.equal((await s.sys(["apply", "--quiet"], { unseen: true })).code, 0);
  assert.equal((await s.shell(`. ${s.root}/env.sh; w`, { unseen: true })).stdout, "works\n");
  assert.match((await s.sys(["originals", "show", "1"], { unseen: true })).stdout, /echo broken/);
  assert.equal((await s.sys(["rollback", "--quiet"], { unseen: true })).code, 0);
});

story("what was damaged while nothing used it is not applied", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["apply", "--quiet"], { unseen: true });
  const object = `${s.root}/store/obj/${nameOf(s, "vimrc-")}`;
  s.write("init.lua", CONFIG.replace("number", "ruler"));
  await s.sys(["apply", "--quiet"], { unseen: true });
  Deno.chmodSync(object, 0o644);
  Deno.writeTextFileSync(object, "set damaged\n");
  s.write("init.lua", CONFIG);
  assert.equal((await s.sys(["apply"])).code, 1);
  assert.equal(s.read(".vimrc"), "set ruler\n");
});

for (const sandbox of ["auto", "off"]) {
  story(`a build sees nothing through open files, sandbox ${sandbox}`, async (s) => {
    s.write("secret", "not for builds\n");
    s.write(
      "init.lua",
      `return { setup = function()
  local leak = derive { name = "leak", config = function(_, ctx)
    ctx.write(ctx.out, ctx.run("for n in 8 42; do cat /proc/$$/fd/$n 2>/dev/null || echo closed; done"))
  end }
  file { path = "~/leaked", source = leak.out }
end }
`,
    );
    const command = sysArgv(["apply", "--quiet", "--sandbox", sandbox]).map((word) => `'${word}'`)
      .join(" ");
    const { code, stderr } = await s.shell(
      `exec 8<secret 42<secret; ${command}`,
      { unseen: true, shell: "/bin/bash" },
    );
    assert.equal(code, 0, stderr);
    assert.equal(s.read("leaked"), "closed\nclosed\n");
  });
}

story("what only an older snapshot needs, and is gone, is named, and made again", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["apply", "--quiet"], { unseen: true });
  s.write("init.lua", CONFIG.replace("number", "ruler"));
  await s.sys(["apply", "--quiet"], { unseen: true });
  const [first] = objects(s).filter((name) =>
    name.startsWith("vimrc-") &&
    Deno.readTextFileSync(`${s.root}/store/obj/${name}`).includes("number")
  );
  Deno.chmodSync(`${s.root}/store/obj`, 0o755);
  Deno.removeSync(`${s.root}/store/obj/${first}`);
  await s.sys(["store", "verify"]);
  await s.sys(["store", "verify", "--repair"]);
  await s.sys(["store", "verify"]);
  assert.equal((await s.sys(["rollback"], { unseen: true })).code, 0);
  assert.equal(s.read(".vimrc"), "set number\n");
});
