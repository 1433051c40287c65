/** What a build finds: the same in every root, in a sandbox and without one. */
import assert from "node:assert/strict";
import { sha256Hex } from "../../src/digest.ts";
import { outputPlaceholder } from "../../src/manifest/placeholder.ts";
import { findSandbox, type SandboxMode } from "../../src/realize/sandbox/sandbox.ts";
import { realSystem } from "../../src/system/real.ts";
import { type Config, failureOf, text, World } from "./support.ts";

const system = realSystem();
const found = await findSandbox(system, "auto");
const MODES: readonly SandboxMode[] = found.kind === "bubblewrap" ? ["off", "require"] : ["off"];
const skipped = found.kind === "none" ? ` (skipped in the sandbox: ${found.reason})` : "";
const lacks = (program: string) => system.processes.which(program) === null;

Deno.test(`world: the host's libraries are hidden from pkg-config, unless they are meant${skipped}`, async () => {
  for (const sandbox of MODES) {
    for (const host of [undefined, true] as const) {
      using world = new World();
      let printed = "";
      await world.build(
        function* ({ outputs }) {
          printed = yield ["run", 'ls -d "${PKG_CONFIG_LIBDIR-unset}" 2>&1 || true', null, {}];
          yield ["write", outputs.out, ""];
        },
        { sandbox },
        { host },
      );
      assert.match(
        printed,
        host ? /'?unset'?: No such/ : /homeless-shelter\/pkgconfig'?: Not a dir/,
      );
    }
  }
});

Deno.test({
  name: "world: in the sandbox the scratch folder is /build in every root",
  ignore: found.kind !== "bubblewrap",
  fn: async () => {
    using world = new World();
    let seen: unknown[] = [];
    const file = `${world.path}/fetched.txt`;
    Deno.writeTextFileSync(file, "content");
    const hash = "sha256-7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=";
    await world.build(function* ({ outputs, tmp, env }) {
      const fetched = yield ["fetch_url", `file://${file}`, hash];
      seen = [
        tmp,
        env.TMPDIR,
        yield ["run", "pwd", null, {}],
        fetched,
        yield ["run", `cat ${fetched}`, null, {}],
        yield ["read", "/fetched/0/fetched.txt"],
      ];
      yield ["run", "mkdir -p a/b && echo inner > a/b/c && ln -s /build/a/b link", null, {}];
      // A link that the build made leads where the build sees it lead.
      seen.push(
        yield ["read", "link/c"],
        yield ["read", "/build/link/c"],
        yield ["glob", "/build/a/*/*"],
      );
      yield ["copy", "link", outputs.out];
    }, { sandbox: "require" });
    assert.deepEqual(seen, [
      ...["/build", "/build", "/build\n", "/fetched/0/fetched.txt", "content", "content"],
      ...["inner\n", "inner\n", ["/build/a/b/c"]],
    ]);
  },
});

Deno.test("world: PATH has the tools in the order in which they are declared", async () => {
  for (const sandbox of MODES) {
    using world = new World();
    const tool = (name: string) =>
      world.derive(name, function* ({ outputs }) {
        yield ["write", `${outputs.out}/bin/which-one`, `#!/bin/sh\necho ${name}\n`, {
          executable: true,
        }];
      });
    const [a, b] = [tool("a"), tool("b")];
    for (const dependencies of [[a.hash, b.hash], [b.hash, a.hash]]) {
      const first = dependencies[0] === a.hash ? "a" : "b";
      const user = world.derive(`user-${first}`, function* ({ outputs }) {
        yield ["write", outputs.out, yield ["run", "which-one", null, {}]];
      }, { dependencies });
      const made = await world.realize([user], { sandbox });
      assert.equal(text(world.store.pathOf(made.get(user.hash)!.out)), `${first}\n`);
    }
  }
});

/** Compiles a program that holds where its source lies, by a flag, by `__FILE__` and by debug information. */
const compiles: Config = function* ({ outputs, tmp }) {
  yield [
    "write",
    "src/main.c",
    "#include <stdio.h>\nint main(void) { puts(__FILE__); return 0; }\n",
  ];
  yield ["run", `gcc -g -o main ${tmp}/src/main.c`, null, {}];
  yield ["copy", "main", outputs.out];
};

Deno.test({
  name: `world: a program is the same in every root, sandbox or not${skipped}`,
  ignore: lacks("gcc"),
  fn: async () => {
    const objects: string[] = [];
    for (const sandbox of MODES) {
      for (let root = 0; root < 2; root++) {
        using world = new World();
        const path = await world.build(compiles, { sandbox });
        objects.push(path.slice(path.lastIndexOf("/")));
        const { stdout } = await system.processes.run({ argv: [path], env: {} });
        assert.equal(new TextDecoder().decode(stdout), "/build/src/main.c\n");
      }
    }
    assert.equal(new Set(objects).size, 1, objects.join(" "));
  },
});

Deno.test({
  name: `world: make shares its jobs with all builds${skipped}`,
  ignore: lacks("make") || lacks("mkfifo"),
  fn: async () => {
    for (const sandbox of MODES) {
      using world = new World();
      // A job is one byte in the pipe: what can be read at once is what is free.
      const makefile = "all: a b c d\na b c d:\n\t@echo $@ >> done\n";
      let printed = "";
      await world.build(function* ({ outputs, jobserver, cores }) {
        assert.equal(cores, system.host.processors);
        yield ["write", "Makefile", makefile];
        printed = yield [
          "run",
          "make 2>&1; sort done | tr -d '\\n'; echo; " +
          "dd bs=1 count=100 iflag=nonblock <&3 2>/dev/null | wc -c",
          null,
          { MAKEFLAGS: jobserver },
        ];
        yield ["write", outputs.out, ""];
      }, { sandbox });
      // make warns when it can't use the pipe, and prints nothing else.
      assert.equal(printed, `abcd\n${system.host.processors - 1}\n`, sandbox);
      assert.deepEqual(world.leftovers(), []);
    }
  },
});

Deno.test({
  name: `world: jobs that a command has taken and died with are there for the next one${skipped}`,
  ignore: lacks("mkfifo"),
  fn: async () => {
    const host = Object.create(system.host, { processors: { value: 4 } });
    for (const sandbox of MODES) {
      using world = new World({ ...system, host });
      const take = "dd bs=1 count=100 iflag=nonblock <&3 2>/dev/null | wc -c";
      let printed = "";
      await world.build(function* ({ outputs, jobserver }) {
        const env = { MAKEFLAGS: jobserver };
        printed = yield ["run", `${take}; kill -KILL $$`, { check: false }, env];
        printed += yield ["run", take, null, env];
        yield ["write", outputs.out, ""];
      }, { sandbox });
      assert.equal(printed, "3\n3\n", sandbox);
    }
  },
});

Deno.test("world: builds at a time are counted by derivation, and one that downloads does not count", async () => {
  using world = new World();
  const running = new Set<string>();
  let most = 0;
  const counted = (name: string): Config =>
    function* ({ outputs }) {
      running.add(name);
      for (let n = 0; n < 3; n++) {
        yield ["run", ":", null, {}];
        most = Math.max(most, running.size);
      }
      running.delete(name);
      yield ["write", outputs.out, name];
    };
  const all = ["a", "b", "c", "d", "e"].map((name) => world.derive(name, counted(name)));
  await world.realize(all, { jobs: 1 });
  assert.equal(most, 1);

  // Two that wait for each other's download: with one slot this ends only if it is given up meanwhile.
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async ({ url }) => {
      if (++asked === 2) resolve();
      await promise;
      return new Response(`content of ${new URL(url).pathname}`);
    },
  );
  try {
    const fetching = ["x", "y"].map((name) =>
      world.derive(name, function* ({ outputs }) {
        const url = `http://127.0.0.1:${server.addr.port}/${name}`;
        const hash = sha256Hex(`content of /${name}`);
        yield ["copy", yield ["fetch_url", url, hash], outputs.out];
      })
    );
    await world.realize(fetching, { jobs: 1 });
    assert.equal(asked, 2);
  } finally {
    await server.shutdown();
  }
});

Deno.test("world: copies have the time of what is copied, and those of objects one equal time", async () => {
  using world = new World();
  const low = world.derive("low", function* ({ outputs }) {
    yield ["write", `${outputs.out}/a`, "a"];
    yield ["write", `${outputs.out}/b`, "b"];
  });
  let printed = "";
  const high = world.derive("high", function* ({ outputs }) {
    yield ["copy", outputPlaceholder(low.hash, "out"), "copy"];
    yield ["run", "touch -d @1000000000 old", null, {}];
    yield ["copy", "old", "copy/older"];
    printed = yield ["run", "cd copy; stat -c '%n %Y' *", null, {}];
    yield ["write", outputs.out, ""];
  }, { dependencies: [low.hash] });
  await world.realize([high]);
  assert.equal(printed, "a 315532800\nb 315532800\nolder 1000000000\n");
});

Deno.test(`world: a program that is not there is said in the same words everywhere${skipped}`, async () => {
  for (const sandbox of MODES) {
    using world = new World();
    const error = await failureOf(() =>
      world.build(function* () {
        yield ["run", ["riscv-gcc", "x.c"], null, {}];
      }, { sandbox })
    );
    assert.match(error.message, /Cannot run riscv-gcc: there is no such program on PATH$/);
    assert.match(error.notes.join("\n"), /PATH is .*\/usr\/bin/);
    // What the recipe puts on PATH itself counts.
    let printed = "";
    await world.build(function* ({ outputs, tmp, env }) {
      yield ["write", "bin/mine", "#!/bin/sh\necho mine\n", { executable: true }];
      const PATH = `${tmp}/bin:${env.PATH}`;
      printed = yield ["run", ["mine"], null, { PATH }];
      yield ["write", outputs.out, ""];
    }, { sandbox });
    assert.equal(printed, "mine\n");
  }
});

Deno.test("world: the parts of PATH are the dependencies' own outputs", async () => {
  using world = new World();
  const low = world.derive("low", function* ({ outputs }) {
    yield ["write", `${outputs.out}/bin/x`, "", { executable: true }];
  });
  let path = "";
  const high = world.derive("high", function* ({ outputs, env }) {
    path = env.PATH;
    yield ["write", outputs.out, outputPlaceholder(low.hash, "out")];
  }, { dependencies: [low.hash] });
  await world.realize([high]);
  assert.equal(
    path.split(":")[0],
    `${world.store.pathOf(world.store.outputsOf(low.hash)!.out)}/bin`,
  );
});
