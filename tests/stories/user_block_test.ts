import assert from "node:assert/strict";
import { story } from "../support/story.ts";

const canAdd = Deno.uid() === 0 &&
  new Deno.Command("sh", { args: ["-c", "command -v useradd"] }).outputSync().success;

function sh(line: string): string {
  const { success, stdout, stderr } = new Deno.Command("sh", { args: ["-c", line] }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

story(`root applies the block of a user${canAdd ? "" : " (needs root and useradd)"}`, async (s) => {
  const account = `syslua-b-${crypto.randomUUID().slice(0, 18)}`, home = s.at("their/home");
  Deno.chmodSync(s.home.replace(/\/home$/, ""), 0o755);
  Deno.mkdirSync(s.at("their"));
  sh(`useradd --create-home --home-dir ${home} ${account}`);
  try {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await s.sys(args, { unseen: true });
      assert.equal(code, 0, stdout + stderr);
      return stdout;
    };
    Deno.writeTextFileSync(`${home}/.vimrc`, "the user's own", { mode: 0o600 });
    sh(`chown ${account}: ${home}/.vimrc`);
    const before = sh(`cd ${home} && find . | sort | xargs stat -c '%n %a %U %G'; cat .vimrc`);
    const config = (text: string) =>
      s.write(
        "c/init.lua",
        `return { setup = function()
          user { name = "${account}", setup = function()
            file { path = "~/.vimrc", source = "./vimrc" }
            activate { config = function(_, ctx) ctx.copy("./vimrc", "~/.config/new/copy") end }
            env { V = "${text}" }
          end }
        end }`,
      );
    s.write("c/vimrc", "set number\n");
    config("1");
    await run("apply", "c", "--replace");
    assert.equal(sh(`cat ${home}/.vimrc`), "set number");
    for (const path of [".vimrc", ".config", ".config/new", ".config/new/copy"]) {
      assert.equal(sh(`stat -c %U ${home}/${path}`), account, path);
    }
    assert.match(await run("plan", "c"), /Nothing to do/);
    await run("status");
    config("2");
    await run("apply", "c");
    await run("rollback");
    await run("status");
    await run("destroy", "--yes");
    const after = sh(`cd ${home} && find . | sort | xargs stat -c '%n %a %U %G'; cat .vimrc`);
    assert.equal(after, before);
  } finally {
    // A user of whom a process runs can't be removed, and an agent may end a moment after the sys that had it.
    sh(`for n in $(seq 300); do userdel ${account} && exit; sleep 0.1; done; exit 1`);
  }
}, { ignore: !canAdd });
