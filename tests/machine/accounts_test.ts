/** Users that no file lists: macOS has none there, and Linux may have those of a directory. */
import assert from "node:assert/strict";
import { ownerNamed } from "../../src/activation/owner.ts";
import { openMachine } from "../../src/machine/open.ts";
import { scopesOf } from "../../src/machine/scopes.ts";
import type { Manifest } from "../../src/manifest/types.ts";
import type { Accounts } from "../../src/system/accounts.ts";
import type { Os } from "../../src/system/host.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";

const MARIA = { name: "maria", uid: 501, gid: 20, comment: "", home: "/Users/maria", shell: "" };
const PLACE = { file: "init.lua", line: 1 };

/** A root's machine on which only a directory service knows anybody. */
function world(os: Os) {
  const asked: (string | number)[] = [];
  const accounts: Accounts = {
    user(who) {
      asked.push(who);
      return who === "maria" ? MARIA : null;
    },
    group: (which) => which === "staff" ? { name: "staff", gid: 20, members: [] } : null,
  };
  return { system: memorySystem({ host: { os, accounts } }), asked };
}

function blocks(...users: (string | null)[]): Manifest {
  const activations = users.map((user) => ({ user, project: null, place: PLACE }));
  return { activations } as unknown as Manifest;
}

for (const [os, name] of [["darwin", "macOS: "], ["linux", "accounts: "]] as const) {
  Deno.test(`${name}a user's block goes to the home that the directory tells`, () => {
    const { system, asked } = world(os);
    const machine = openMachine(system, "1");
    assert.equal(scopesOf(machine, blocks(null)).length, 1);
    assert.deepEqual(asked, [], "nobody is asked for who is not named");
    const [, theirs] = scopesOf(machine, blocks("maria"));
    assert.deepEqual([theirs.home, theirs.owner], ["/Users/maria", { uid: 501, gid: 20 }]);
    assert.throws(() => scopesOf(machine, blocks("nobody-here")), /there is no such user/);
  });

  Deno.test(`${name}a file is given to a user and a group of the directory`, () => {
    const { system } = world(os);
    const found = ownerNamed(system, "maria:staff", PLACE);
    assert.deepEqual(found, { uid: 501, gid: 20, home: "/Users/maria" });
    assert.throws(() => ownerNamed(system, "maria:wheel", PLACE), /no such group/);
    assert.throws(() => ownerNamed(system, "jo", PLACE), /no such user/);
  });
}
