/** Commands that are killed: what the user did before, and which texts have to survive. */
import assert from "node:assert/strict";
import { collect } from "../../src/journeys/collect.ts";
import { deleteAll } from "../../src/journeys/delete_all.ts";
import { optimiseStore, verifyStore } from "../../src/journeys/objects.ts";
import { dropOriginals, restoreOriginal } from "../../src/journeys/originals.ts";
import { repair } from "../../src/journeys/repair.ts";
import { repairStore } from "../../src/journeys/repair_store.ts";
import type { System } from "../../src/system/mod.ts";
import type { World } from "../support/worlds/world.ts";
import { MemoryMachine, UNASKED } from "./memory_machine.ts";

/** A command that is killed. */
export interface Killed {
  readonly name: string;
  /** What the user did meanwhile, on top of two applies. */
  arrange(t: MemoryMachine): Promise<MemoryMachine | void> | void;
  run(t: MemoryMachine, system: System): Promise<unknown>;
  /** Texts that have to survive it, in the home or among the originals. */
  readonly precious: readonly string[];
  /** What was applied last is not known any more: what of it differs from what is known stays. */
  readonly forgets?: true;
}

/** `store verify --repair` */
export const verify = (t: MemoryMachine, system: System) =>
  t.held("exclusive", async (machine) => {
    const problems = await verifyStore(machine, [], {});
    const { evaluation, build } = t;
    return await repairStore(machine, problems, { path: undefined, evaluation, build });
  }, system);
/** `repair` */
export const mend = (t: MemoryMachine, system: System) =>
  t.held("repair", (machine) => repair(machine, false), system);
/** Old snapshots go, and no objects. */
const KEEP_TWO = { dryRun: false, keep: 2, olderThan: null, maxBytes: 0 };
const PRECIOUS = ["mine", "of the user's", "edited"];

export const KILLED: readonly Killed[] = [
  {
    name: "repair of what could not be undone",
    async arrange(t) {
      t.setup(`file { path = "~/a", content = "third" }
activate { name = "x", config = function(_, ctx) ctx.run("wreck ${t.home}/a") end }`);
      await assert.rejects(t.apply(), /Cannot restore everything/);
      t.system.fs.remove(`${t.home}/a/in the way`);
      t.system.fs.remove(`${t.home}/a`);
      setupSecond(t);
    },
    run: mend,
    precious: PRECIOUS,
  },
  {
    name: "repair of a damaged current snapshot",
    arrange: (t) => t.write(`${rootOf(t)}/snapshots/2.json`, "damaged"),
    run: mend,
    precious: PRECIOUS,
    forgets: true,
  },
  {
    name: "repair of what snapshots share, which is damaged",
    async arrange(t) {
      await applyMuch(t);
      for (const end of ["base", "spare"]) t.write(sharedBy(t).replace(/base$/, end), "damaged");
    },
    run: mend,
    precious: PRECIOUS,
    forgets: true,
  },
  {
    name: "repair of what snapshots share, of which the spare is whole",
    async arrange(t) {
      await applyMuch(t);
      t.write(sharedBy(t), "damaged");
    },
    run: mend,
    precious: PRECIOUS,
  },
  {
    name: "gc of snapshots, and of what they shared, which frees no objects",
    async arrange(t) {
      await applyMuch(t);
      for (const text of ["little", "second"]) {
        t.setup(setup(text));
        await t.apply();
      }
    },
    run: (t, system) => t.held("exclusive", (machine) => collect(machine, KEEP_TWO), system),
    precious: PRECIOUS,
  },
  {
    name: "repair of a damaged list of originals",
    arrange: (t) => t.write(`${rootOf(t)}/originals/index.json`, "damaged"),
    run: mend,
    precious: PRECIOUS,
  },
  {
    name: "repair of a damaged journal",
    async arrange(t) {
      t.write(`${t.home}/edited`, "edited again", 0o600);
      t.setup(setup("third"));
      for (let at = 1;; at++) {
        const killed = t.again();
        const { system } = killed.system.faulty({ at, when: "before" });
        await killed.apply(system).catch(() => {});
        const left = killed.again();
        // Right after the edit has left its place.
        if (left.texts().includes("edited again")) continue;
        left.write(`${rootOf(t)}/journal/${journalOf(left)}`, "damaged");
        return left;
      }
    },
    run: mend,
    precious: [...PRECIOUS, "edited again"],
    forgets: true,
  },
  {
    name: "store verify --repair",
    arrange: damageObjects,
    run: verify,
    precious: [...PRECIOUS, "secondthrough the link"],
  },
  {
    name: "store optimise",
    arrange: () => {},
    run: (t, system) => t.held("exclusive", optimiseStore, system),
    precious: PRECIOUS,
  },
  {
    name: "destroy --store",
    arrange: () => {},
    run: (t, system) => t.held("exclusive", (machine) => deleteAll(machine, UNASKED), system),
    precious: PRECIOUS,
  },
  {
    name: "originals restore",
    arrange: () => {},
    run: (t, system) =>
      t.held(
        "exclusive",
        (machine) => restoreOriginal(machine, "1", `${t.home}/given back`, UNASKED.signal),
        system,
      ),
    precious: PRECIOUS,
  },
  {
    name: "originals drop",
    arrange: () => {},
    run: (t, system) => t.held("exclusive", (machine) => dropOriginals(machine, ["1"]), system),
    precious: PRECIOUS.filter((text) => text !== "edited"),
  },
];

/** Two more applies, so large that their snapshots share what they have in common. */
async function applyMuch(t: MemoryMachine) {
  for (const text of ["much", "more"]) {
    t.setup(`${setup(text)}\nenv { MUCH = ("x"):rep(20000) }`);
    await t.apply();
  }
}

/** The file that snapshots share. */
function sharedBy(t: MemoryMachine): string {
  const folder = `${rootOf(t)}/snapshots`;
  const [name, ...others] = t.system.fs.readDir(folder).filter((it) => it.endsWith(".base"));
  assert.deepEqual(others, []);
  return `${folder}/${name}`;
}

function journalOf(t: MemoryMachine): string {
  return t.system.fs.readDir(`${rootOf(t)}/journal`).find((name) => name.endsWith(".jsonl"))!;
}

function rootOf(t: MemoryMachine): string {
  return t.open().root;
}

/** Objects of every kind: texts, a source, outputs of two derivations that hold equal files. */
const setup = (text: string) => `
local function made(name)
  return derive { name = name, config = function(_, ctx)
    ctx.write(ctx.out .. "/x/same", "the same in both")
    ctx.write(ctx.out .. "/own", name)
  end }
end
file { path = "~/a", content = "${text}" }
file { path = "~/copied", content = "${text}", mode = "0640" }
file { path = "~/edited", content = "${text}", mode = "0600" }
file { path = "~/source", source = "./source" }
for _, name in ipairs({ "one", "two", "three" }) do file { path = "~/made/" .. name, source = made(name).out } end
`;

function setupSecond(t: MemoryMachine) {
  t.setup(setup("second"));
}

/** Two applies over files of the user's, and an edit that the second replaces. */
export async function applied(world: World): Promise<MemoryMachine> {
  const t = new MemoryMachine(undefined, world);
  t.write(`${t.home}/a`, "mine", 0o600);
  t.write(`${t.home}/copied`, "of the user's");
  t.write(`${t.home}/dotfiles/source`, "a source");
  t.setup(setup("first"));
  await t.apply();
  t.write(`${t.home}/edited`, "edited", 0o600);
  setupSecond(t);
  await t.apply();
  return t;
}

/** An edit through a link, an object that is gone, one with another mode, one without a record. */
function damageObjects(t: MemoryMachine) {
  const { fs } = t.system;
  const real = (path: string) => fs.realPath(`${t.home}/${path}`);
  t.writeThrough(`${t.home}/a`, "through the link");
  t.writeThrough(`${t.home}/made/one/own`, " damaged");
  fs.chmod(real("made/two/own"), 0o755);
  const { dir } = t.open().store;
  fs.remove(`${dir}/refs/${real("made/three").split("/").at(-1)}`);
}
