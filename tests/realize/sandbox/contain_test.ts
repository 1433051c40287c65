/** What a build in a real sandbox can't do. */
import { commandLines } from "../../support/alive.ts";
import assert from "node:assert/strict";
import { findSandbox } from "../../../src/realize/sandbox/sandbox.ts";
import { outputPlaceholder } from "../../../src/manifest/placeholder.ts";
import type { Derivation } from "../../../src/manifest/types.ts";
import { realSystem } from "../../../src/system/real.ts";
import { failureOf, text, World } from "../support.ts";

const found = await findSandbox(realSystem(), "auto");
const ignore = found.kind !== "bubblewrap";
const why = found.kind === "none" ? ` (skipped: ${found.reason})` : "";

/** Runs a script in the sandbox; `$out` is the output's path. What it prints on stdout is compared. */
function check(
  title: string,
  script: (world: World, out: string) => string,
  expected: string | RegExp,
  derivation: Partial<Derivation> = {},
) {
  Deno.test({
    name: `sandbox: ${title}${why}`,
    ignore,
    fn: async () => {
      using world = new World();
      Deno.mkdirSync(`${world.path}/home`);
      Deno.writeTextFileSync(`${world.path}/home/secret`, "secret");
      let printed = "";
      await world.build(
        function* ({ outputs }) {
          printed = yield ["run", script(world, outputs.out), null, {}];
          if (!(yield ["exists", outputs.out])) yield ["write", outputs.out, ""];
        },
        { sandbox: "require" },
        derivation,
      );
      if (typeof expected === "string") assert.equal(printed, expected);
      else assert.match(printed, expected);
      assert.deepEqual(world.leftovers(), []);
    },
  });
}

check("the home is not there", (w) => `cat ${w.path}/home/secret 2>/dev/null || echo no`, "no\n");
check("no file of a user's is there", () => "ls -A /root /home 2>/dev/null | wc -l", "0\n");
check(
  "the accounts are not this machine's",
  () => "cut -d: -f1 /etc/passwd | tr '\\n' ' '",
  /^root (builder )?nobody $/,
);
check(
  "/etc has only what programs need",
  () => "ls /etc/shadow /etc/hostname 2>/dev/null | wc -l",
  "0\n",
);
check(
  "the system can't be written",
  () => `
  for path in / /usr /etc /usr/bin /lib /proc; do
    if touch $path/x 2>/dev/null; then echo "wrote to $path"; fi
  done
  echo done`,
  "done\n",
);
check(
  "/tmp is empty, and its own",
  () => "ls -A /tmp | grep -v sys-build | wc -l; touch /tmp/x && echo yes",
  "0\nyes\n",
);
check("tmp is the working folder and can be written", () => 'touch "$TMPDIR/x" y; ls', "x\ny\n");
check(
  "no other process is seen",
  () => "ls /proc | grep -c '^[0-9]*$' | awk '{ print ($1 < 10) }'",
  "1\n",
);
check("other builds are not seen", (w) => `ls ${w.store.dir}/tmp | grep -vc build || true`, /^0$/m);
check("an output may be a file", (_, out) => `echo made > ${out}; cat ${out}`, "made\n");
check(
  "an output may be a folder",
  (_, out) => `mkdir -p ${out}/bin; echo x > ${out}/bin/x; ls ${out}`,
  "bin\n",
);
check(
  "an output may be made read-only",
  (_, out) => `mkdir ${out}; echo x > ${out}/x; chmod -R a-w ${out}; ls ${out}`,
  "x\n",
);
check("the host has another name", () => "uname -n", "localhost\n");
check(
  "what it starts may not get more rights",
  () => "grep CapEff /proc/self/status | cut -f2",
  "0000000000000000\n",
);

Deno.test({
  name: `sandbox: what is written elsewhere does not arrive${why}`,
  ignore,
  fn: async () => {
    using world = new World();
    const dependency = world.derive("dependency", function* ({ outputs }) {
      yield ["write", `${outputs.out}/file`, "as it was"];
    });
    const thing = world.derive("thing", function* ({ outputs, known }) {
      const object = known.get(outputPlaceholder(dependency.hash, "out"))!;
      const script = `
        for path in ${world.path} ${world.store.dir} ${world.store.dir}/obj ${object}; do
          chmod u+w $path; echo spoilt > $path/file; rm -f $path/file
        done 2>/dev/null
        cat ${object}/file > ${outputs.out}`;
      yield ["run", script, { shell: "/bin/sh" }, {}];
    }, { dependencies: [dependency.hash] });
    const made = await world.realize([thing], { sandbox: "require" });
    assert.equal(text(world.store.pathOf(made.get(thing.hash)!.out)), "as it was");
    const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name);
    assert.ok(!names(world.path).includes("file") && !names(world.store.dir).includes("file"));
  },
});

for (const network of [false, true]) {
  Deno.test({
    name: `sandbox: a server on loopback is ${
      network ? "reached by a fixed output" : "out of reach"
    }${why}`,
    ignore,
    fn: async () => {
      using world = new World();
      let asked = 0;
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
        asked++;
        return new Response("answer");
      });
      try {
        const url = `/dev/tcp/127.0.0.1/${server.addr.port}`;
        const script =
          `if exec 3<>${url}; then printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3; else echo none; fi`;
        let printed = "";
        const build = () =>
          world.build(
            function* ({ outputs }) {
              printed = yield ["run", script, { shell: "/bin/bash" }, {}];
              yield ["write", outputs.out, "same"];
            },
            { sandbox: "require" },
            { fixed: network ? "" : null },
          );
        if (network) assert.match((await failureOf(build)).message, /the right one is sha256-/);
        else await build();
        assert.equal(printed.trim(), network ? "answer" : "none");
        assert.equal(asked, network ? 1 : 0);
      } finally {
        await server.shutdown();
      }
    },
  });
}

for (const sandbox of ["require", "off"] as const) {
  const name = sandbox === "off" ? "without a sandbox" : "in the sandbox";
  Deno.test({
    name: `run: a process left behind ends with its build, ${name}${sandbox === "off" ? "" : why}`,
    ignore: sandbox !== "off" && ignore,
    fn: async () => {
      using world = new World();
      const mark = `${20_000 + Math.floor(Math.random() * 10_000)}.${Date.now()}`;
      await world.build(function* ({ outputs }) {
        yield ["run", `sleep ${mark} & sleep ${mark} >/dev/null 2>&1 & true`, null, {}];
        yield ["write", outputs.out, ""];
      }, { sandbox });
      assert.equal(await countProcesses(mark), 0);
    },
  });

  Deno.test({
    name: `run: a build that hangs is ended by its timeout, with all that it started, ${name}`,
    ignore: sandbox !== "off" && ignore,
    fn: async () => {
      using world = new World();
      const mark = `${30_000 + Math.floor(Math.random() * 10_000)}.${Date.now()}`;
      const error = await failureOf(() =>
        world.build(function* () {
          yield ["run", `sleep ${mark} & sleep ${mark}`, { timeout: 0.3 }, {}];
        }, { sandbox })
      );
      assert.match(error.message, /not done after 0.3 s/);
      assert.equal(await countProcesses(mark), 0);
      assert.deepEqual(world.leftovers(), []);
    },
  });

  Deno.test({
    name: `run: Ctrl-C ends a build and all that it started, ${name}`,
    ignore: sandbox !== "off" && ignore,
    fn: async () => {
      using world = new World();
      const mark = `${40_000 + Math.floor(Math.random() * 10_000)}.${Date.now()}`;
      const stop = new AbortController();
      const reason = new Error("stopped");
      const observer: Parameters<World["realize"]>[1] = {
        sandbox,
        signal: stop.signal,
        observer: (event) => {
          if (event.kind === "output" && event.text === "ready\n") stop.abort(reason);
        },
      };
      await assert.rejects(
        world.build(function* () {
          yield ["run", `sleep ${mark} & echo ready; sleep ${mark}`, null, {}];
        }, observer),
        reason,
      );
      assert.equal(await countProcesses(mark), 0);
      assert.deepEqual(world.leftovers(), []);
    },
  });
}

Deno.test({
  name: `sandbox: it ends also when bwrap has died before its first process was bound to it${why}`,
  ignore,
  fn: async () => {
    using world = new World();
    const { processes } = world.system;
    const mark = `${60_000 + Math.floor(Math.random() * 10_000)}.${Date.now()}`;
    // What is killed in its place leaves the sandbox behind, in a session of its own.
    Deno.writeTextFileSync(
      `${world.path}/bwrap`,
      `#!/bin/sh
for word; do shift; [ "$word" = --die-with-parent ] || set -- "$@" "$word"; done
setsid ${processes.which("bwrap")} "$@" & wait $!\n`,
      { mode: 0o755 },
    );
    const system = {
      ...world.system,
      processes: {
        run: processes.run.bind(processes),
        keeper: processes.keeper.bind(processes),
        passesOnFiles: () => processes.passesOnFiles(),
        which: (name: string, path?: string) =>
          name === "bwrap" ? `${world.path}/bwrap` : processes.which(name, path),
      },
    };
    const thing = world.derive("thing", function* () {
      yield ["run", `env | grep SYSLUA || sleep ${mark}`, { timeout: 1 }, {}];
    });
    const error = await failureOf(() => world.realize([thing], { sandbox: "require" }, system));
    assert.match(error.message, /not done after 1 s/);
    assert.doesNotMatch(error.notes.join("\n"), /SYSLUA_/);
    assert.equal(await countProcesses(mark), 0);
  },
});

Deno.test("sandbox: where it is required and missing, the error says what to do", async () => {
  using world = new World();
  const { processes, host } = world.system;
  const system = {
    ...world.system,
    host: Object.assign(Object.create(host), { os: "linux" }),
    processes: {
      run: processes.run.bind(processes),
      which: () => null,
      keeper: () => ({ kill: () => Promise.resolve() }),
      passesOnFiles: () => false,
    },
  };
  const thing = world.derive("thing", function* ({ outputs }) {
    yield ["run", `echo x > ${outputs.out}`, null, {}];
  });
  const error = await failureOf(() => world.realize([thing], { sandbox: "require" }, system));
  assert.match(error.message, /bubblewrap \(bwrap\) is not installed/);
  assert.match(error.hint!, /--sandbox=auto/);
  const made = await world.realize([thing], { sandbox: "auto" }, system);
  assert.equal(text(world.store.pathOf(made.get(thing.hash)!.out)), "x\n");
  assert.match(text(`${world.store.dir}/log/${thing.hash}.log`), /^sandbox: none: bubblewrap/m);
});

/** Processes with this text among their arguments. Killed ones may take a moment to go. */
async function countProcesses(mark: string): Promise<number> {
  let count = 0;
  for (let attempt = 0; attempt < 300; attempt++) {
    count = commandLines().filter((line) => line.includes(mark)).length;
    if (count === 0) return 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return count;
}
