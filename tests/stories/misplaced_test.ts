/** Something lies where sys.lua has a folder or a file of another kind: every command says so and names the way on,
 * what was in the way is kept where it may be somebody's, and nothing of the user's is lost. */
import assert from "node:assert/strict";
import { type Story, story, sysArgv } from "../support/story.ts";

const COMMANDS = ["status", "history", "gc", "apply c", "originals"];

/** Folders below the root, each of which becomes a file. */
const FOLDERS = ["store", "store/obj", "store/refs", "store/tmp", "store/drv-out", "journal"];

const CONFIG = `return { setup = function()
  file { path = "~/.vimrc", content = "mine\\n" }
  local tool = derive { name = "tool", config = function(_, ctx)
    ctx.write(ctx.out .. "/bin/tool", "#!/bin/sh\\n", { executable = true })
  end }
  activate { name = "tool", opts = { tool = tool }, config = function(opts, ctx)
    ctx.add_to_path(opts.tool.out .. "/bin")
  end }
end }`;

async function sys(s: Story, line: string) {
  const { code, stdout, stderr } = await s.sys(line.split(" "), { unseen: true });
  assert.doesNotMatch(stderr, /a fault of sys itself/, line);
  return { code, said: stdout + stderr };
}

async function ok(s: Story, line: string) {
  const { code, said } = await sys(s, line);
  assert.equal(code, 0, `${line}: ${said}`);
}

async function applied(s: Story) {
  s.write(".vimrc", "the user's own\n");
  s.write("c/init.lua", CONFIG);
  await ok(s, "apply c --replace");
}

async function allIsWell(s: Story) {
  await ok(s, "store verify --repair");
  await ok(s, "apply c --replace");
  await ok(s, "status");
  await ok(s, "store verify");
  await ok(s, "gc");
}

function swap(path: string, by: "file" | "folder"): void {
  new Deno.Command("chmod", { args: ["-R", "u+w", path] }).outputSync();
  Deno.removeSync(path, { recursive: true });
  if (by === "file") return Deno.writeTextFileSync(path, "somebody's\n");
  Deno.mkdirSync(path);
  Deno.writeTextFileSync(`${path}/x`, "somebody's\n");
}

for (const folder of FOLDERS) {
  story(`misplaced: a file for the folder ${folder}`, async (s) => {
    await applied(s);
    swap(`${s.root}/${folder}`, "file");
    for (const command of folder === "store" ? COMMANDS : ["apply c"]) {
      const { code, said } = await sys(s, command);
      assert.equal(code, 1, command);
      assert.match(
        said,
        /something that is no folder is in the place of .*\n {2}hint: `sys repair`/,
      );
    }
    await ok(s, "repair");
    assert.equal(Deno.readTextFileSync(`${s.root}/${folder}.damaged`), "somebody's\n");
    await allIsWell(s);
  });
}

story("misplaced: a folder for the lock", async (s) => {
  await applied(s);
  swap(`${s.root}/lock`, "folder");
  const { code, said } = await sys(s, "apply c");
  assert.equal(code, 1);
  assert.match(said, /a folder is in the place of .*lock\n {2}hint: `sys repair`/);
  await ok(s, "repair");
  assert.ok(s.exists(".local/share/syslua/lock.damaged/x"));
  await allIsWell(s);
  await ok(s, "destroy --store --yes");
  assert.equal(s.read(".vimrc"), "the user's own\n");
  // It is not known whose it is.
  const [saved] = [...Deno.readDirSync(s.home)].filter(({ name }) => /^syslua-orig/.test(name));
  const { stdout } = await s.shell(`find ${saved.name} -name x`, { unseen: true });
  assert.match(stdout, /lock\.damaged\/x/);
});

story("misplaced: a file for the root", async (s) => {
  Deno.mkdirSync(s.at(".local/share"), { recursive: true });
  Deno.writeTextFileSync(s.root, "");
  s.write("c/init.lua", CONFIG);
  const { code, said } = await sys(s, "apply c");
  assert.equal(code, 1);
  assert.match(said, /it is not a folder\n {2}hint: move what is there away/);
});

story("misplaced: folders for the files of the store", async (s) => {
  await applied(s);
  for (const folder of ["refs", "drv-out", "drv"]) {
    const all = `${s.root}/store/${folder}`;
    for (const { name } of Deno.readDirSync(all)) swap(`${all}/${name}`, "folder");
  }
  await ok(s, "status");
  await allIsWell(s);
  await ok(s, "destroy --store --yes");
  assert.equal(s.read(".vimrc"), "the user's own\n");
  assert.ok(!s.exists(".local/share/syslua"));
});

story("misplaced: a file for a folder of links for people", async (s) => {
  await applied(s);
  swap(`${s.root}/store/pkg/tool`, "file");
  for (const { name } of Deno.readDirSync(`${s.root}/store/drv-out`)) {
    Deno.removeSync(`${s.root}/store/drv-out/${name}`);
  }
  await allIsWell(s);
  assert.ok(Deno.lstatSync(`${s.root}/store/pkg/tool`).isFile, "what is a person's stays");
});

const root = Deno.uid() === 0;

story("a root that is another user's; only as root with the executable", async (s) => {
  await applied(s);
  Deno.chmodSync(s.root, 0o700);
  Deno.chmodSync(s.home, 0o755);
  const nobody = { ...s.env, HOME: s.home };
  // Who may not even look into it.
  const { code, stderr } = await new Deno.Command(sysArgv(["status"])[0], {
    args: sysArgv(["status"]).slice(1),
    uid: 65534,
    gid: 65534,
    env: nobody,
    clearEnv: true,
  }).output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /belongs to another user\n {2}hint: .*chown -R/);
}, { ignore: !root || Deno.env.get("SYS_UNDER_TEST") === undefined });
