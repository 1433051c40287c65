import assert from "node:assert/strict";
import { canMount } from "../support/mounts.ts";
import { story, sysArgv } from "../support/story.ts";

const CONFIG = `return { setup = function()
  file { path = "~/.vimrc", content = "set number\\n" }
end }
`;

const ignore = !canMount();
story(
  `what only looks works on a disk that can't be written${ignore ? " (no unshare)" : ""}`,
  async (s) => {
    s.write("init.lua", CONFIG);
    assert.equal((await s.sys(["apply", "--quiet"], { unseen: true })).code, 0);
    // The root of a store whose lock was never made is the harder case.
    for (const lock of [true, false]) {
      if (!lock) Deno.removeSync(`${s.root}/lock`);
      for (const args of [["status"], ["plan"], ["store", "verify"], ["history"], ["show"]]) {
        const command = sysArgv(args).map((word) => `'${word}'`).join(" ");
        const mount = `mount --bind ${s.root} ${s.root} && mount -o remount,bind,ro ${s.root}`;
        const { code, stderr } = await s.shell(`unshare -m sh -c "${mount} && ${command}"`, {
          unseen: true,
        });
        assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
      }
    }
  },
  { ignore },
);
