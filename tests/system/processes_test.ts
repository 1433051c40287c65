import assert from "node:assert/strict";
import { RealProcesses } from "../../src/system/real_processes.ts";
import type { Command } from "../../src/system/processes.ts";
import { withTemporary } from "../support/temporary.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin";
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

Deno.test("a program that hangs is ended with all that it started", () =>
  withTemporary(async (dir) => {
    const line = `(sleep 30; touch ${dir}/late) & echo $! > ${dir}/pid; sleep 30`;
    const { timedOut, code } = await sh(line, { timeout: 300 });
    assert.equal(timedOut, true);
    assert.equal(code, 137);
    await assertGone(Number(Deno.readTextFileSync(`${dir}/pid`)));
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
  assert.equal((await running).code, 137);
});

Deno.test("a missing program is named", async () => {
  await assert.rejects(
    processes.run({ argv: ["no-such-program"], env: { PATH } }),
    /no-such-program: there is no such program/,
  );
  assert.equal(processes.which("no-such-program", PATH), null);
  assert.equal(processes.which("sh", "relative/bin:/bin:/usr/bin"), "/bin/sh");
});

/** A killed process may be a zombie for a moment; it must not be alive after some retryPolicy. */
async function assertGone(pid: number) {
  for (let tries = 0; tries < 100; tries++) {
    const state = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] })
      .output();
    const shown = text(state.stdout).trim();
    if (shown === "" || shown.startsWith("Z")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`process ${pid} is still alive`);
}
