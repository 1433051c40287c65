/** What builds print: kept whole in the log, in flat memory, and never the end of sys. */
import assert from "node:assert/strict";
import { FsError, type System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { assertGone, isAlive } from "../support/alive.ts";
import type { BuildEvent } from "../../src/realize/observer.ts";
import { withTemporary } from "../support/temporary.ts";
import { Story, sysArgv } from "../support/story.ts";
import { type Call, failureOf, text, World } from "./support.ts";

const run = (command: string, options: Record<string, boolean> = {}): Call => [
  "run",
  command,
  options,
  {},
];
const logOf = (world: World, { hash }: { hash: string }) => `${world.store.dir}/log/${hash}.log`;

Deno.test("what a command prints is its result up to 16 MiB", async () => {
  using world = new World();
  let size = 0;
  await world.build(function* ({ outputs }) {
    size = (yield run("head -c 16777216 /dev/zero | tr '\\0' x")).length;
    yield ["write", outputs.out, ""];
  });
  assert.equal(size, 16 << 20);
});

Deno.test("more is an error that says what to do, and ends the command", async () => {
  using world = new World();
  const failure = await failureOf(() =>
    world.build(function* () {
      yield run(`echo $$ > ${world.path}/pid; while :; do seq 1 100000; done`);
    })
  );
  assert.match(failure.message, /Cannot build thing0: .* prints more than 16 MiB/);
  assert.match(failure.hint ?? "", /\{ capture = false \}/);
  await assertGone(Number(text(`${world.path}/pid`)));
});

Deno.test("a command that is not captured may print more, and its result is empty", async () => {
  using world = new World();
  let result: string | null = null;
  const thing = world.derive("thing", function* ({ outputs }) {
    result = yield run("seq 1 3000000", { capture: false });
    yield ["write", outputs.out, ""];
  });
  await world.realize([thing]);
  assert.equal(result, "");
  const log = text(logOf(world, thing));
  assert.ok(log.includes("\n1\n2\n3\n") && log.endsWith("\n2999999\n3000000\n"));
  assert.equal(log.split("\n").length, 3_000_000 + 4);
});

Deno.test("lines of two streams do not mix, and a last line without an end is one", async () => {
  using world = new World();
  const seen = `${world.path}/seen`;
  const thing = world.derive("thing", function* ({ outputs }) {
    yield run(
      `printf one; printf 'two\\n' >&2; until [ -e ${seen} ]; do sleep 0.02; done; echo ' more'; printf end`,
    );
    yield ["write", outputs.out, ""];
  });
  const observer = (event: BuildEvent) => {
    if (event.kind === "output" && event.text === "two\n") Deno.writeTextFileSync(seen, "");
  };
  await world.realize([thing], { sandbox: "off", observer });
  assert.match(text(logOf(world, thing)), /\ntwo\none more\nend\n$/);
});

/** A machine whose disk takes so many bytes of logs. */
function smallDisk(size: number): System {
  const system = realSystem();
  const fs = Object.create(system.fs) as System["fs"];
  fs.create = (path, mode) => {
    const file = system.fs.create(path, mode);
    if (!path.endsWith(".log")) return file;
    let left = size;
    const take = file.write.bind(file);
    const write = (bytes: Uint8Array) => {
      if ((left -= bytes.length) < 0) throw new FsError("write", path, "ENOSPC");
      take(bytes);
    };
    return Object.assign(file, { write });
  };
  return { ...system, fs };
}

Deno.test("a disk that is full while a build prints fails the build and ends what it runs", async () => {
  using world = new World(smallDisk(200_000));
  const failure = await failureOf(() =>
    world.build(function* () {
      yield run(`echo $$ > ${world.path}/pid; while :; do seq 1 1000; done`, { capture: false });
    })
  );
  assert.equal(failure.kind, "build");
  assert.match(failure.message, /Cannot build thing0: .*the disk is full/);
  await assertGone(Number(text(`${world.path}/pid`)));
  assert.deepEqual(world.leftovers(), []);
});

const FLOOD = `return { setup = function()
  local flood = derive { name = "flood", config = function(_, ctx)
    ctx.run("echo $$ > HOME/pid; while :; do seq 1 100000; done", { capture = false })
  end }
  file { path = "~/x", source = flood.out }
end }
`;

/** Whether root may mount a file system here that nobody else sees. */
const mounts = Deno.build.os === "linux" && Deno.uid() === 0 && await (async () => {
  try {
    const args = ["-m", "mount", "-t", "tmpfs", "none", "/mnt"];
    return (await new Deno.Command("unshare", { args, stderr: "null" }).output()).success;
  } catch {
    return false;
  }
})();

Deno.test({
  name: "a real disk that is full ends the build, and sys, in order (needs root and unshare)",
  ignore: !mounts,
  fn: () =>
    withTemporary(async (dir) => {
      const story = new Story(dir);
      story.write("init.lua", FLOOD.replace("HOME", story.home));
      Deno.mkdirSync(story.root, { recursive: true });
      const sys = ["build", "--sandbox", "off"];
      const line = `mount -t tmpfs -o size=16m none ${story.root} && exec "$@"`;
      const { code, stdout, stderr } = await new Deno.Command("unshare", {
        args: ["-m", "sh", "-c", line, "sh", ...sysArgv(sys)],
        cwd: story.home,
        env: story.env,
        clearEnv: true,
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert.deepEqual([code, new TextDecoder().decode(stdout)], [1, ""], said);
      assert.match(said, /error: Cannot build flood: .*the disk is full/);
      assert.doesNotMatch(said, /Uncaught|at async|\.ts:/);
      await assertGone(Number(story.read("pid")));
    }),
});

const NOISY = `return { setup = function()
  local noisy = derive { name = "noisy", config = function(_, ctx)
    ctx.run("yes 'a line as compilers print them, neither short nor long' | head -c 300000000", { capture = false })
    ctx.write(ctx.out, "made")
  end }
  file { path = "~/x", source = noisy.out }
end }
`;

Deno.test({
  name: "300 MB of output leave the memory of sys as it was",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withTemporary(async (dir) => {
      const story = new Story(dir);
      story.write("init.lua", NOISY);
      const child = story.start(["build", "--sandbox", "off"]);
      let peak = 0;
      const watch = setInterval(() => peak = Math.max(peak, peakOf(child.pid)), 50);
      const { code, stderr } = await child.output();
      clearInterval(watch);
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      assert.ok(peak > 0 && peak < 350, `${peak} MiB`);
      const [log] = Deno.readDirSync(`${story.root}/store/log`);
      assert.ok(Deno.statSync(`${story.root}/store/log/${log.name}`).size > 300_000_000);
    }),
});

/** MiB that a process had at most; 0 when it is gone. */
function peakOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) >> 10;
  } catch {
    return 0;
  }
}

Deno.test({
  name: "without a sandbox, too, nothing that a build has started outlives it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    for (
      const command of ["setsid", "setsid env TMPDIR=/elsewhere", "setsid env PATH=/usr/bin:/bin"]
    ) {
      for (const failed of [false, true]) {
        using world = new World();
        const pid = `${world.path}/pid`;
        let alive = false;
        const observer = (event: BuildEvent) => {
          // From here on its outputs are looked at.
          if (event.kind === "phase" && event.phase === "store") alive = isAlive(Number(text(pid)));
        };
        const built = world.build(function* ({ outputs }) {
          yield run(`(${command} sh -c 'echo $$ > ${pid}; exec sleep 60' > /dev/null 2>&1 &)
            until [ -s ${pid} ]; do sleep 0.02; done; exit ${failed ? 1 : 0}`);
          yield ["write", outputs.out, ""];
        }, { observer });
        if (failed) await failureOf(() => built);
        else await built;
        assert.equal(alive, false);
        await assertGone(Number(text(pid)));
      }
    }
  },
});
