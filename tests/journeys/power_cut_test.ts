/** The power fails right after an apply was reported as done, and what was not flushed is lost: what the snapshot
 * refers to is there. */
import assert from "node:assert/strict";
import { apply } from "../../src/journeys/apply.ts";
import { UNDECIDED } from "../../src/journeys/propose.ts";
import { openMachine } from "../../src/machine/open.ts";
import { readCurrent } from "../../src/snapshot/history.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { NAMES, NOTHING } from "../../src/system/memory/survivors.ts";
import { EVALUATION } from "./evaluation.ts";

const CONFIG = `return { setup = function()
  local d = derive { name = "d", config = function(_, ctx) ctx.write(ctx.out .. "/bin/tool", "built") end }
  file { path = "~/text", content = "text" }
  file { path = "~/source", source = "./source" }
  file { path = "~/tool", content = "exec " .. d.out .. "/bin/tool" }
end }
`;

for (const [left, survivors] of [["nothing", NOTHING], ["names", NAMES]] as const) {
  Deno.test(`after an apply the power fails, and ${left} of what was not flushed is left`, async () => {
    const user = { uid: 1000, gid: 1000 };
    const disk = memorySystem();
    makeFolders(disk.fs, "/home/maria/dotfiles");
    for (const path of ["/home/maria", "/home/maria/dotfiles"]) {
      disk.fs.chown(path, user.uid, user.gid);
    }
    for (const path of ["/", "/home", "/home/maria", "/home/maria/dotfiles"]) disk.fs.syncDir(path);
    const system = memorySystem({ disk: disk.fs.disk, user });
    for (const [name, content] of [["init.lua", CONFIG], ["source", "a source\n"]]) {
      const file = system.fs.create(`/home/maria/dotfiles/${name}`, 0o644);
      file.write(new TextEncoder().encode(content));
      file.sync();
      file.close();
    }
    system.fs.syncDir("/home/maria/dotfiles");
    const machine = openMachine(system, "0.0.0");
    const signal = new AbortController().signal;
    const { snapshot } = await apply(machine, {
      path: "/home/maria/dotfiles",
      ...EVALUATION,
      decide: () => Promise.resolve(UNDECIDED),
      build: () => ({ jobs: 1, sandbox: "off", observer: () => {}, signal }),
      description: "apply",
    });
    assert.ok(snapshot);
    const needed = [...machine.store.closure(snapshot.wanted.objects)].sort();
    assert.equal(needed.filter((object) => object.startsWith("d-")).length, 1);
    system.fs.disk.powerCut(survivors);
    const { store, root } = openMachine(system, "0.0.0");
    assert.deepEqual(readCurrent(system.fs, root)?.wanted, snapshot.wanted);
    assert.deepEqual([...store.closure(snapshot.wanted.objects)].sort(), needed);
    for (const object of [...needed, snapshot.config.source!]) assert.ok(store.has(object), object);
    for (const object of needed.filter((one) => !one.startsWith("d-"))) {
      assert.ok(store.intact(object), object);
    }
  });
}
