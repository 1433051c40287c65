/** Commands that repair, save space, delete or give back are killed at every operation, and what was not flushed is
 * lost. Whatever comes next then works, or says which command makes it work; and nothing of the user's is lost. */
import assert from "node:assert/strict";
import { collect } from "../../src/journeys/collect.ts";
import { verifyStore } from "../../src/journeys/objects.ts";
import { listOriginals, showOriginal } from "../../src/journeys/originals.ts";
import { destroy, rollback } from "../../src/journeys/restore.ts";
import { status } from "../../src/journeys/status.ts";
import { SysError } from "../../src/errors.ts";
import type { Machine } from "../../src/machine/open.ts";
import { Crash } from "../../src/system/faulty.ts";
import { NAMES, NOTHING, random, type Survivors } from "../../src/system/memory/survivors.ts";
import { LINUX, type World, WORLDS } from "../support/worlds/world.ts";
import { applied, KILLED, type Killed, mend, verify } from "./killed_commands.ts";
import { type MemoryMachine, REPLACE_ALL, UNASKED } from "./memory_machine.ts";

/** One of so many operations is tried; the soak tries each, with all that may come next. */
const EVERY = Number(Deno.env.get("SYSLUA_EVERY") ?? 11);

type Next = (t: MemoryMachine) => Promise<unknown>;
const gc = { dryRun: false, keep: null, olderThan: null, maxBytes: null };

/** What may come next, in several orders. */
const NEXT: Readonly<Record<string, Next>> = {
  gc: (t) => t.held("exclusive", (machine) => collect(machine, gc)),
  status: (t) => t.held("shared", status),
  apply: (t) => t.apply(),
  rollback: (t) => t.held("exclusive", (machine) => rollback(machine, undefined, UNASKED)),
  destroy: (t) => t.held("exclusive", (machine) => destroy(machine, UNASKED)),
};
const ORDERS = [
  ["gc", "status", "apply", "rollback", "gc", "destroy"],
  ["rollback", "gc", "destroy"],
  ["apply", "gc", "rollback", "destroy"],
  ["destroy"],
];

/** The ways on that errors name. */
const WAYS: readonly (readonly [RegExp, Next])[] = [
  [/`sys repair`/, (t) => mend(t, t.system)],
  [/`sys store verify --repair`/, (t) => verify(t, t.system)],
  [
    /`--replace`/,
    (t) =>
      t.held(
        "exclusive",
        (machine) => rollback(machine, undefined, { ...UNASKED, decide: REPLACE_ALL }),
      ),
  ],
  [/`sys apply`|sys history/, (t) => t.apply()],
];

/** Does it, by the way that its error names where it fails. */
async function walk(t: MemoryMachine, name: string, trace: string[]): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      trace.push(name);
      await NEXT[name](t);
      return;
    } catch (thrown) {
      if (!(thrown instanceof SysError) || tries === 4) throw thrown;
      const said = [thrown.message, thrown.hint].join("\n");
      trace.push(said);
      if (name === "rollback" && /no snapshot before 1|nothing was applied yet/.test(said)) return;
      const way = WAYS.find(([words]) => words.test(said));
      if (way === undefined) throw thrown;
      await way[1](t);
    }
  }
}

const LEFT: readonly (readonly [string, ((at: number) => Survivors) | null])[] = [
  ["killed", null],
  ["nothing unflushed left", () => NOTHING],
  ["names left", () => NAMES],
  ["some left", (at) => random(at)],
];

async function check(
  t: MemoryMachine,
  { precious, forgets, damaged }: Killed & { readonly damaged: ReadonlySet<string> },
  order: readonly string[],
  trace: string[],
) {
  for (const name of order) await walk(t, name, trace);
  const machine = t.open();
  const { fs } = t.system;
  const originals = fs.lstat(machine.root) === null ? [] : await originalTexts(machine);
  const there = [...t.texts(), ...originals];
  for (const text of precious) {
    assert.ok(there.includes(text), `${text} is lost; there is ${JSON.stringify(there)}`);
  }
  const copied = new TextDecoder().decode(fs.readFile(`${t.home}/copied`));
  if (!forgets) assert.equal(copied, "of the user's");
  // What is not in use may be damaged still, where it was before.
  await verify(t, t.system);
  const problems = await verifyStore(machine, [], {});
  assert.deepEqual(problems.filter(({ lost }) => lost === null || !damaged.has(lost)), []);
}

async function originalTexts(machine: Machine): Promise<string[]> {
  const texts: string[] = [];
  for (const { number } of await listOriginals(machine)) {
    const { content } = await showOriginal(machine, String(number));
    texts.push(new TextDecoder().decode(content ?? undefined));
  }
  return texts;
}

/** The command on a fresh copy, killed before an operation; what is left of it for the next process. */
async function kill(
  prepared: MemoryMachine,
  { run }: Killed,
  at: number,
  survivors: ((at: number) => Survivors) | null,
): Promise<MemoryMachine> {
  const t = prepared.again();
  await run(t, t.system.faulty({ at, when: "before" }).system).catch((thrown) => {
    assert.ok(thrown instanceof Crash || thrown instanceof SysError, thrown.stack);
  });
  if (survivors !== null) t.system.disk.powerCut(survivors(at));
  return t.again();
}

async function operationsOf(prepared: MemoryMachine, { run }: Killed): Promise<number> {
  const t = prepared.again();
  const counting = t.system.faulty({ at: 0, when: "before" });
  await run(t, counting.system);
  return counting.operations();
}

for (const world of WORLDS.filter(({ name }) => !name.includes("scanner"))) {
  for (const killed of KILLED) {
    const name = `${killed.name}, killed at any operation: there is a way on, and nothing is lost`;
    Deno.test({
      name: world === LINUX ? name : `${world.name}: ${name}`,
      // A file that was just created when the machine died is never closed.
      sanitizeResources: false,
      fn: () => tryAll(killed, world),
    });
  }
}

async function tryAll(killed: Killed, world: World): Promise<void> {
  const start = await applied(world);
  const prepared = await killed.arrange(start) ?? start;
  const found = await verifyStore(prepared.open(), [], {});
  const damaged = new Set(found.flatMap(({ lost }) => lost ?? []));
  const operations = await operationsOf(prepared, killed);
  // In how systems differ lies below the journeys: of the others a few deaths tell.
  const [most, tries] = world === LINUX ? [EVERY, 10] : [Infinity, 4];
  const every = EVERY === 1 ? 1 : Math.min(most, Math.ceil(operations / tries));
  for (const [n, [left, survivors]] of LEFT.entries()) {
    for (let at = 1 + ((n * 3) % every); at <= operations; at += every) {
      const orders = EVERY === 1 ? ORDERS : [ORDERS[(at + n) % ORDERS.length]];
      for (const order of orders) {
        const t = await kill(prepared, killed, at, survivors);
        const trace = [`${left}, before operation ${at} of ${operations}`];
        await check(t, { ...killed, damaged }, order, trace).catch((thrown) => {
          throw new Error(trace.join("\n"), { cause: thrown });
        });
      }
    }
  }
}
