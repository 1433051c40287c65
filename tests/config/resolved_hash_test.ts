/** A derivation is also known by what those that it uses have become: what builds can tell apart has another hash, and
 * nothing else has. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Evaluation } from "../../src/config/types.ts";
import type { Derivation } from "../../src/manifest/types.ts";
import { setup, withConfig } from "./support/config.ts";
import { FACTS } from "./support/facts.ts";

type Objects = Readonly<Record<string, string>>;

/** Objects that outputs may have become. */
const OBJECTS = ["a-1-", "a-2-", "b-1-"].map((stem, n) => stem + `${n}`.repeat(32));
const FIRST: Objects = { low: OBJECTS[0], other: OBJECTS[1], third: OBJECTS[2] };

/** The resolved hash of a derivation; `objects` has those of its dependencies by their names. */
function resolved(
  { manifest, recipes }: Evaluation,
  name: string,
  objects: Objects,
): Promise<string | null> {
  const byHash = new Map(manifest.derivations.map((one) => [one.hash, one]));
  const one = manifest.derivations.find((found) => found.name === name)!;
  const made = one.dependencies.map((hash): [Derivation, Record<string, string>] => {
    const used = byHash.get(hash)!;
    return [used, Object.fromEntries(used.outputs.map((out) => [out, objects[used.name]]))];
  });
  return recipes.resolved(one.hash, new Map(made));
}

/** A config with dependencies that are made with `how`, and derivations that use them. */
function config(how: string, users: readonly string[], top = ""): string {
  const low = ["low", "other", "third"].map((name) =>
    `local ${name} = derive { name = "${name}", config = function(_, ctx) ctx.write(ctx.out, "${how}") end }`
  );
  return setup([...low, ...users].join("\n"), top);
}

const user = (parts: string) => `derive { name = "x", ${parts} }`;
const NOTHING = "config = function() end";

/** How a derivation may use others, so that only what those have become counts. */
const SAME: Readonly<Record<string, string>> = {
  "in options": user(`opts = { low, deep = { other } }, ${NOTHING}`),
  "by a path in options": user(
    `opts = { path = "x" .. low.out .. "/bin:" .. other.out }, ${NOTHING}`,
  ),
  "captured": user("config = function(_, ctx) ctx.run(low.out .. ctx.name) end"),
  "captured in a table": user(
    "config = (function() local t = { low, { other } } return function() return t end end)()",
  ),
};

for (const [how, text] of Object.entries(SAME)) {
  Deno.test(`resolved: a dependency that is made otherwise and has become the same, ${how}`, async () => {
    const hashes: (string | null)[] = [];
    for (
      const [made, objects] of [["one", FIRST], ["two", FIRST], ["one", {
        ...FIRST,
        low: OBJECTS[2],
      }]] as const
    ) {
      hashes.push(await withConfig(config(made, [text]), (e) => resolved(e, "x", objects)));
    }
    assert.match(hashes[0]!, /^[0-9a-f]{64}$/);
    assert.equal(hashes[0], hashes[1]);
    assert.notEqual(hashes[0], hashes[2]);
  });
}

/** What shows a build how a dependency was made. */
const NONE: Readonly<Record<string, string>> = {
  "a path that is captured": user(
    "config = (function() local path = low.out return function() return path end end)()",
  ),
  "a derivation as a key": user(`opts = { [1] = low }, config = (function()
    local t = { [low] = 1, [other] = 2 } return function() return t end end)()`),
  "a path as a key": user(`opts = { [low.out] = 1 }, ${NOTHING}`),
};

for (const [what, text] of Object.entries(NONE)) {
  Deno.test(`resolved: none for ${what}`, () =>
    withConfig(config("one", [text]), async (evaluation) => {
      assert.equal(await resolved(evaluation, "x", FIRST), null);
    }));
}

Deno.test("resolved: none where what `config` captures has changed since it was declared", () =>
  withConfig(
    config("one", [`local n = 1
      derive { name = "x", opts = { low }, config = function() return n end }
      n = 2`]),
    async (evaluation) => {
      assert.equal(await resolved(evaluation, "x", FIRST), null);
    },
  ));

/** Whether a body of `config` looks at how a dependency was made. */
const LOOKS: readonly [string, boolean][] = [
  ["return opts.low.name, opts.low.version", false],
  ["return opts.low.out .. #opts.low.outputs.out", false],
  ["return opts.low.hash", true],
  ["for k in pairs(opts.low) do end", true],
  ['require("syslua.lib").toJSON({ opts.low })', true],
  ["for k in pairs({ [opts.low] = 1, [opts.other] = 2 }) do end", true],
];

for (const [body, looks] of LOOKS) {
  Deno.test(`resolved: ${looks ? "none" : "one"} after a build that does ${body}`, () =>
    withConfig(
      config("one", [
        user(
          `opts = { low = low, other = other }, config = function(opts) ${body} end`,
        ),
      ]),
      async (evaluation) => {
        const before = await resolved(evaluation, "x", FIRST);
        assert.ok(before);
        const { hash } = evaluation.manifest.derivations.find(({ name }) => name === "x")!;
        assert.deepEqual(await evaluation.recipes.open(hash).start(FACTS), { kind: "done" });
        assert.equal(await resolved(evaluation, "x", FIRST), looks ? null : before);
      },
    ));
}

/** A value of options: in Lua, and what a build can tell of it when dependencies have become some objects. */
interface Value {
  readonly lua: string;
  seen(objects: Objects, met: string[]): unknown;
}

const TEXTS = [
  "",
  "s1:a",
  "o",
  ";",
  "r",
  OBJECTS[0],
  `/syslua/store/obj/${OBJECTS[0]}`,
  "s0:os33:",
  "R1;s0:",
];

const text: fc.Arbitrary<Value> = fc.constantFrom(...TEXTS, "a", "b").map((value) => ({
  lua: JSON.stringify(value),
  seen: () => value,
}));
const derivation: fc.Arbitrary<Value> = fc.constantFrom("low", "other", "third").map((name) => ({
  lua: name,
  seen: (objects, met) => {
    if (!met.includes(name)) met.push(name);
    return { name, object: objects[name], number: met.indexOf(name) };
  },
}));
/** Paths of outputs, each with a text behind it. */
const path: fc.Arbitrary<Value> = fc.array(
  fc.tuple(fc.constantFrom("low", "other"), fc.constantFrom(...TEXTS, "", ":")),
  { minLength: 1, maxLength: 3 },
).map((pieces) => ({
  lua: pieces.map(([name, after]) => `${name}.out .. ${JSON.stringify(`/${after}`)}`).join(" .. "),
  seen: (objects) => pieces.map(([name, after]) => ({ path: objects[name], after })),
}));
const value: fc.Arbitrary<Value> = fc.oneof(
  { maxDepth: 2 },
  text,
  derivation,
  path,
  fc.array(fc.oneof(text, derivation, path), { maxLength: 3 }).map((list): Value => ({
    lua: `{ ${list.map(({ lua }) => lua).join(", ")} }`,
    seen: (objects, met) => list.map((one) => one.seen(objects, met)),
  })),
);

Deno.test("resolved: what a build can tell apart never has one hash, and what it can't has one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 20, maxLength: 60 }),
      fc.array(
        fc.record({
          low: fc.constantFrom(...OBJECTS),
          other: fc.constantFrom(...OBJECTS),
          third: fc.constantFrom(...OBJECTS),
        }),
        { minLength: 3, maxLength: 3 },
      ),
      async (values, worlds) => {
        const users = values.map(({ lua }, n) =>
          `derive { name = "x", version = "${n}", opts = { low, v = ${lua} }, ${NOTHING} }`
        );
        await withConfig(config("one", users), async ({ manifest, recipes }) => {
          const byHash = new Map(manifest.derivations.map((one) => [one.hash, one]));
          const seenOf = new Map<string, string>(), hashOf = new Map<string, string>();
          for (const objects of worlds) {
            for (const one of manifest.derivations.filter(({ name }) => name === "x")) {
              const made = one.dependencies.map((hash) => byHash.get(hash)!);
              const hash = await recipes.resolved(
                one.hash,
                new Map(made.map((used) => [used, { out: objects[used.name as "low"] }])),
              );
              const met: string[] = ["low"];
              const seen = JSON.stringify([
                one.version,
                objects.low,
                values[Number(one.version)].seen(objects, met),
                made.map(({ name }) => [name, objects[name as "low"]]),
              ]);
              assert.equal(seenOf.get(hash!) ?? seen, seen);
              assert.equal(hashOf.get(seen) ?? hash, hash);
              seenOf.set(hash!, seen);
              hashOf.set(seen, hash!);
            }
          }
        });
      },
    ),
    { numRuns: 8 },
  );
});

Deno.test("resolved: a golden hash", () =>
  withConfig(
    config("one", [user(`version = "2", opts = { low, path = other.out .. "/bin" }, ${NOTHING}`)]),
    async (evaluation) => {
      assert.equal(await resolved(evaluation, "x", FIRST), GOLDEN);
    },
  ));

/** Changing it builds again whatever has been built from something that was built. */
const GOLDEN = "14c3043540f32b72a770b07b28f1b6185b6678d1b91de0f08c7de7f70fdded65";
