/** The scratch folders of a build: made when it needs them, looked for nowhere else. */
import assert from "node:assert/strict";
import { outputPlaceholder } from "../../src/manifest/placeholder.ts";
import { findSandbox, type SandboxMode } from "../../src/realize/sandbox/sandbox.ts";
import type { System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { type Config, failureOf, World } from "./support.ts";

const found = await findSandbox(realSystem(), "auto");
const MODES: readonly SandboxMode[] = found.kind === "bubblewrap" ? ["off", "require"] : ["off"];
const skipped = found.kind === "none" ? ` (skipped in the sandbox: ${found.reason})` : "";

/** The real system, and the paths that one of its calls was given. */
function noting(call: "mkdir" | "lstat"): { system: System; paths: string[] } {
  const system = realSystem();
  const paths: string[] = [];
  const noted = (path: string, ...more: number[]) => {
    paths.push(path);
    return (system.fs[call] as (path: string, ...more: number[]) => unknown)(path, ...more);
  };
  const fs = Object.create(system.fs, { [call]: { value: noted } });
  return { system: { ...system, fs }, paths };
}

Deno.test("scratch: a build that only writes its output makes no folder", async () => {
  const { system, paths } = noting("mkdir");
  using world = new World(system);
  const build: Config = function* ({ outputs }) {
    yield ["write", outputs.out, "text"];
  };
  await world.build(build);
  paths.length = 0;
  await world.build(build);
  assert.deepEqual(paths.filter((path) => path.includes("/store/tmp")), []);
});

const FIRST: Record<string, Config> = {
  "looks for it": function* ({ outputs, tmp }) {
    yield ["write", outputs.out, String(yield ["exists", tmp])];
  },
  "lists it": function* ({ outputs, tmp }) {
    const names: readonly string[] = yield ["list", tmp];
    yield ["write", outputs.out, String(names.length === 0)];
  },
  "writes into it": function* ({ outputs }) {
    yield ["write", "new", "true"];
    yield ["move", "new", outputs.out];
  },
  "removes it": function* ({ outputs, tmp }) {
    yield ["remove", tmp];
    yield ["write", outputs.out, String(yield ["exists", tmp])];
  },
  "searches it": function* ({ outputs }) {
    const paths: readonly string[] = yield ["glob", "*"];
    yield ["write", outputs.out, String(paths.length === 0)];
  },
  "looks for what is fetched": function* ({ outputs, tmp }) {
    const fetched = tmp === "/build" ? "/fetched" : `${tmp}/../fetched`;
    yield ["write", outputs.out, String(yield ["exists", fetched])];
  },
  "runs a command": function* ({ outputs }) {
    yield ["run", `[ "$PWD" = "$TMPDIR" ] && printf true > ${outputs.out}`, null, {}];
  },
};

for (const [first, config] of Object.entries(FIRST)) {
  Deno.test(`scratch: it is there for a build that ${first}${skipped}`, async () => {
    for (const sandbox of MODES) {
      using world = new World();
      assert.equal(Deno.readTextFileSync(await world.build(config, { sandbox })), "true");
      assert.deepEqual(world.leftovers(), []);
    }
  });
}

Deno.test("scratch: it is there to be kept for a build that failed before it needed one", async () => {
  using world = new World();
  const error = await failureOf(() =>
    world.build(
      function* () {
        yield ["read", "/etc/passwd"];
      },
      { keepFailed: true },
    )
  );
  const [, kept] = /its folder is kept: (.*)/.exec(error.notes.join("\n")) ?? [];
  assert.ok(Deno.lstatSync(`${kept}/tmp`).isDirectory);
});

Deno.test("scratch: a build looks at none of the objects that one before it has looked at", async () => {
  const { system, paths } = noting("lstat");
  using world = new World(system);
  const all = Array.from({ length: 4 }, (_, n) => ({ name: `link${n}` })).reduce(
    (done, { name }) => {
      const before = done.at(-1);
      return [
        ...done,
        world.derive(name, function* ({ outputs, known }) {
          const text = before && known.get(outputPlaceholder(before.hash, "out"));
          yield ["write", outputs.out, text ?? "first"];
        }, { dependencies: before ? [before.hash] : [] }),
      ];
    },
    [] as ReturnType<World["derive"]>[],
  );
  const made = await world.realize([all[2]]);
  const first = world.store.pathOf(
    [...world.store.closure(made.values().map(({ out }) => out))]
      .find((name) => name.startsWith("link0"))!,
  );
  paths.length = 0;
  await world.realize([all[3]]);
  assert.deepEqual(paths.filter((path) => path === first), []);
});

Deno.test({
  name: `scratch: what is there of the system is looked at once for all commands${skipped}`,
  ignore: found.kind !== "bubblewrap",
  fn: async () => {
    const { system, paths } = noting("lstat");
    using world = new World(system);
    await world.build(function* ({ outputs }) {
      yield ["run", "true", null, {}];
      yield ["run", "true", null, {}];
      yield ["write", outputs.out, ""];
    }, { sandbox: "require" });
    assert.equal(paths.filter((path) => path === "/sbin").length, 1);
  },
});
