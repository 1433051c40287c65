import assert from "node:assert/strict";
import { RealProcesses } from "../../src/system/real_processes.ts";
import type { Command } from "../../src/system/processes.ts";
import { assertGone } from "../support/alive.ts";
import { withTemporary } from "../support/temporary.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
const processes = new RealProcesses();
const sh = (line: string, more: Partial<Command> = {}) =>
  processes.run({ argv: ["sh", "-c", line], env: { PATH }, ...more });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a program gives its output and its exit code", async () => {
  const { code, stdout, stderr, timedOut } = await sh("echo out; echo err >&2; exit 3");
  assert.deepEqual([code, text(stdout), text(stderr), timedOut], [3, "out\n", "err\n", false]);
});

Deno.test("a program sees the environment that it is given, and nothing else", async () => {
  const { stdout } = await processes.run({ argv: ["/usr/bin/env"], env: { ONE: "1" } });
  assert.equal(text(stdout), "ONE=1\n");
});

Deno.test("a program reads its standard input, which is empty unless given", async () => {
  assert.equal(text((await sh("cat", { stdin: "hello" })).stdout), "hello");
  assert.equal(text((await sh("cat")).stdout), "");
  assert.equal((await sh("exit 0", { stdin: "not read" })).code, 0);
});

Deno.test("a program that hangs is ended", async () => {
  const { timedOut, code } = await sh("sleep 30", { timeout: 100 });
  assert.deepEqual([timedOut, code], [true, 143]);
});

Deno.test("a program is ended with all that it started", () =>
  withTemporary(async (dir) => {
    const controller = new AbortController();
    const { timedOut, code, stdout } = await sh(
      `(sleep 30; touch ${dir}/late) & echo $!; sleep 30`,
      { signal: controller.signal, onOutput: () => controller.abort() },
    );
    assert.deepEqual([timedOut, code], [false, 143]);
    await assertGone(Number(text(stdout)));
  }));

Deno.test("what a program leaves behind ends with it", () =>
  withTemporary(async (dir) => {
    await sh(`sleep 30 & echo $! > ${dir}/pid`);
    await assertGone(Number(Deno.readTextFileSync(`${dir}/pid`)));
  }));

Deno.test("an abort ends the program", async () => {
  const controller = new AbortController();
  const running = sh("echo started; sleep 30", {
    signal: controller.signal,
    onOutput: () => controller.abort(),
  });
  assert.equal((await running).code, 143);
});

Deno.test("a missing program is named", async () => {
  await assert.rejects(
    processes.run({ argv: ["no-such-program"], env: { PATH } }),
    /no-such-program: there is no such program/,
  );
  assert.equal(processes.which("no-such-program", PATH), null);
  assert.equal(processes.which("sh", "relative/bin:/bin:/usr/bin"), "/bin/sh");
});

Deno.test("a program that does not want to end is killed after the grace", async () => {
  const controller = new AbortController();
  const { code, stdout } = await sh('trap "" TERM; echo $$; while :; do sleep 0.1; done', {
    signal: controller.signal,
    onOutput: () => controller.abort(),
    grace: 300,
  });
  assert.equal(code, 137);
  await assertGone(Number(text(stdout)));
});

Deno.test("a program that is told to end may do so in order", () =>
  withTemporary(async (dir) => {
    const line = `trap "sleep 0.3; echo tidy > ${dir}/end; exit 7" TERM; echo ready; ` +
      "while :; do sleep 0.1; done";
    const controller = new AbortController();
    const onOutput = () => controller.abort();
    const { code } = await sh(line, { signal: controller.signal, onOutput, grace: 60_000 });
    assert.equal(code, 7);
    assert.equal(Deno.readTextFileSync(`${dir}/end`), "tidy\n");
  }));

Deno.test({
  name: "what a program leaves behind may print for ever, and nobody waits for it",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const tooLong = AbortSignal.timeout(30_000);
    const { code, stdout } = await processes.run({
      argv: ["sh", "-c", "(setsid sh -c 'while :; do echo x; sleep 0.05; done' &); echo done"],
      env: { PATH, MARK: crypto.randomUUID() },
      marker: "MARK",
      signal: tooLong,
    });
    assert.deepEqual([code, tooLong.aborted], [0, false]);
    assert.match(text(stdout), /^done$/m);
  },
});

Deno.test("what `onOutput` throws ends the program", async () => {
  const line = "echo one; sleep 30";
  const running = sh(line, {
    onOutput: () => {
      throw new RangeError("no room");
    },
  });
  await assert.rejects(running, new RangeError("no room"));
});

Deno.test("output that is not captured is not kept", async () => {
  let seen = 0;
  const { stdout } = await sh("head -c 1000000 /dev/zero", {
    capture: false,
    onOutput: (bytes) => seen += bytes.length,
  });
  assert.deepEqual([seen, stdout.length], [1_000_000, 0]);
});

/** Runs a program and says so; `sys` that is killed meanwhile. */
const PROGRAM = `
import { RealProcesses } from ${
  JSON.stringify(import.meta.resolve("../../src/system/real_processes.ts"))
};
const [line, onOutput] = [Deno.args[0], (bytes) => Deno.stdout.writeSync(bytes)];
const env = { PATH: ${JSON.stringify(PATH)}, MARK: Deno.args[1] };
const marker = Deno.args[1] === "" ? undefined : "MARK";
await new RealProcesses().run({ argv: ["sh", "-c", line], env, marker, onOutput });
`;

/** Starts a line, kills the process that runs it once the line has printed something, and gives what it printed. */
async function killedWhileRunning(line: string, mark = ""): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", PROGRAM, "--", line, mark],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  return value ?? "";
}

Deno.test("a program ends when the one that runs it is killed", async () => {
  const pids = await killedWhileRunning("trap '' TERM; sleep 60 & echo $$ $!; wait");
  for (const pid of pids.trim().split(" ")) await assertGone(Number(pid));
});

Deno.test({
  name: "so does what has left its process group and its parent",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const pid = await killedWhileRunning(
      "(setsid sh -c 'echo $$; exec sleep 60' &); sleep 60",
      crypto.randomUUID(),
    );
    await assertGone(Number(pid));
  },
});

Deno.test({
  name: "and what root runs as another user",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0 ||
    processes.which("runuser", PATH) === null,
  fn: async () => {
    const line = "runuser -u nobody -- sh -c 'sleep 60 & echo $$ $!; wait'";
    const pids = await killedWhileRunning(line);
    for (const pid of pids.trim().split(" ")) await assertGone(Number(pid));
  },
});
