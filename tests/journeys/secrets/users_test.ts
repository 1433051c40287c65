/** What root does with files of secrets in a user's folder. */
import assert from "node:assert/strict";
import { setSecret } from "../../../src/journeys/secrets/set.ts";
import { rulesText } from "../../../src/secrets/rules.ts";
import { bytes, RECIPIENT, SECRET } from "../../secrets/support.ts";
import { system, withUser } from "../../support/user.ts";

withUser("root's secrets set in a user's folder has that user's rights", async (user, dir) => {
  const host = Object.create(system.host, {
    cwd: { value: dir },
    env: { value: (name: string) => name === "SOPS_AGE_KEY" ? SECRET : undefined },
  });
  const world = { ...system, host };
  Deno.writeTextFileSync(`${dir}/.sops.yaml`, rulesText([RECIPIENT]));
  const set = (value: string) =>
    setSecret(world, { named: "secrets.yaml", way: "a", value: bytes(value), type: "str" });
  assert.equal((await set("one")).made, true);
  assert.equal((await set("two")).changed, true);
  const info = Deno.lstatSync(`${dir}/secrets.yaml`);
  assert.deepEqual([info.uid, info.gid], [user.uid, user.gid]);
  // What only root could write stays.
  Deno.mkdirSync(`${dir}/closed`, { mode: 0o755 });
  Deno.chownSync(`${dir}/closed`, 0, 0);
  const closed = {
    named: "closed/secrets.yaml",
    way: "a",
    value: bytes("x"),
    type: "str",
  } as const;
  await assert.rejects(setSecret(world, closed), /permission denied/);
});
