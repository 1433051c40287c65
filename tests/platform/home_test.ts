import assert from "node:assert/strict";
import { accountsOf } from "../../src/platform/accounts.ts";
import { user } from "../../src/platform/settings/kinds/user.ts";
import type { SettingCommand, SettingWorld } from "../../src/platform/settings/provider.ts";
import type { SettingChange } from "../../src/plan/types.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

const { host } = realSystem();
const canAdd = host.elevated &&
  new Deno.Command("sh", { args: ["-c", "command -v useradd"] }).outputSync().success;

async function run({ argv: [program, ...args] }: SettingCommand) {
  return { ...await new Deno.Command(program, { args }).output(), timedOut: false };
}

const world: SettingWorld = {
  host,
  run,
  must: async (_what, command) => assert.equal((await run(command)).code, 0),
  which: (program) => program,
  accounts: accountsOf(realSystem()),
  home: host.home,
  isClosed: () => false,
  ownerOf: () => null,
  as: () => world,
};

for (
  const [what, stays] of [["with nothing of the user's goes", false], [
    "in use stays",
    true,
  ]] as const
) {
  Deno.test({
    name: `accounts: a home that was made and is undone, ${what}${canAdd ? "" : " (needs root)"}`,
    ignore: !canAdd,
    fn: () =>
      withTemporary(async (dir) => {
        const name = `syslua-h${Deno.pid}`, home = `${dir}/new`;
        const options = { create_home: true, home };
        const give = (before: SettingChange["before"], after: SettingChange["after"]) =>
          user.set(world, [{ key: name, before, after } as SettingChange]);
        await give(null, options);
        try {
          assert.ok(Deno.lstatSync(home).isDirectory);
          if (stays) Deno.writeTextFileSync(`${home}/theirs`, "x");
        } finally {
          await give(options, null);
        }
        const left = [...Deno.readDirSync(dir)].map(({ name }) => name);
        assert.deepEqual(left, stays ? ["new"] : []);
      }),
  });
}

/** Of a user who is gone already: whose home it is, what is in it besides or instead, and whether it stays. */
const ORPHANED: readonly (readonly [what: string, uid: number, change: string, stays: boolean])[] =
  [
    ["as it was made", 54321, "", false],
    ["half removed", 54321, "rm -f .profile", false],
    ["with a file", 54321, "echo x > x", true],
    ["with a file that was changed", 54321, "echo x >> .profile", true],
    ["with a name made to deceive", 54321, "echo > 'x\nOnly in /etc/skel: x'", true],
    ["of somebody who is there", 0, "", true],
  ];

for (const [what, uid, change, stays] of ORPHANED) {
  Deno.test({
    name: `accounts: the home of a user that is gone already, ${what}, ${stays ? "stays" : "goes"}`,
    ignore: !host.elevated || host.os !== "linux",
    fn: () =>
      withTemporary(async (dir) => {
        const home = `${dir}/home`;
        const line = `cp -a /etc/skel "$1" && cd "$1" && ${change || ":"} && chown -R ${uid} .`;
        await run({ argv: ["sh", "-c", line, "sh", home] });
        const options = { create_home: true, home };
        const gone = [{ key: "syslua-gone", before: options, after: null } as SettingChange];
        await user.set(world, gone);
        assert.deepEqual([...Deno.readDirSync(dir)].length, stays ? 1 : 0);
      }),
  });
}
