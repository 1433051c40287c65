import { commandLines } from "../support/alive.ts";
import assert from "node:assert/strict";
import { assertGone, isAlive } from "../support/alive.ts";
import { type Story, story } from "../support/story.ts";
import { describeTree } from "../support/tree.ts";

/** How often an apply is killed; more when asked for. */
const KILLS = Number(Deno.env.get("SYSLUA_KILLS") ?? 12);

/** Waits until a file is there. */
async function appears(s: Story, path: string): Promise<void> {
  for (let tries = 0; tries < 1500 && !s.exists(path); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(s.exists(path), path);
}

/** sys.lua's own folder, and what comes and goes around it. */
const OWN = [".local", ".cache", "dotfiles", "dotfiles/init.lua"];

/** Two configs that differ in every kind of thing. */
const config = (letter: string) => `
local tool = derive {
  name = "tool", version = "${letter}",
  config = function(_, ctx)
    ctx.write(ctx.out .. "/bin/tool", "#!/bin/sh\\necho ${letter}\\n", { executable = true })
  end,
}
return { setup = function()
  for n = 1, 40 do file { path = "~/files/" .. n .. "/${letter}" .. n, content = "${letter}" .. n } end
  file { path = "~/.both", content = "${letter}" }
  file { path = "~/.copied", content = "${letter}", mode = "0640" }
  env { LETTER = "${letter}" }
  activate { name = "tool", config = function(_, ctx) ctx.add_to_path(tool.out .. "/bin") end }
  activate { name = "mark", config = function(_, ctx)
    ctx.run("echo ${letter} > ~/.mark", { undo = "rm -f ~/.mark", check = "grep -q ${letter} ~/.mark" })
  end }
end }
`;

/** The world as a person sees it. */
async function look(s: Story): Promise<string> {
  const shell = await s.shell(`. ${s.root}/env.sh; tool; echo $LETTER`, { unseen: true });
  return [...describeTree(s.home, OWN), shell.stdout].join("\n");
}

/** Lines that are in neither of two worlds, or missing from both. */
function unlike(now: string, ...worlds: string[]): string {
  const lines = (text: string) => text.split("\n");
  return worlds.map((world) =>
    [
      ...lines(now).filter((line) => !lines(world).includes(line)).map((line) => `+ ${line}`),
      ...lines(world).filter((line) => !lines(now).includes(line)).map((line) => `- ${line}`),
    ].slice(0, 20).join("\n")
  ).join("\n\n");
}

story(`an apply that is killed ${KILLS} times leaves the old world or the new`, async (s) => {
  const apply = (letter: string) => {
    s.write("dotfiles/init.lua", config(letter));
    return s.sys(["apply", "dotfiles", "--quiet"], { unseen: true });
  };
  const worlds: Record<string, string> = {};
  for (const letter of ["A", "B"]) {
    const { code, stderr } = await apply(letter);
    assert.equal(code, 0, stderr);
    worlds[letter] = await look(s);
  }
  assert.notEqual(worlds.A, worlds.B);
  const start = performance.now();
  await apply("A");
  const whole = performance.now() - start;
  const seen = { A: 0, B: 0 };
  for (let kill = 0; kill < KILLS; kill++) {
    const letter = kill % 2 === 0 ? "B" : "A";
    s.write("dotfiles/init.lua", config(letter));
    const child = s.start(["apply", "dotfiles", "--quiet"]);
    // Spread over the whole run, the end included.
    const pause = whole * 1.1 * ((kill + 0.5) / KILLS);
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      child.kill("SIGKILL");
    } catch {
      // It was done already.
    }
    await child.output();
    const { code, stdout, stderr } = await s.sys(["status"], { unseen: true });
    assert.equal(code, 0, `after kill ${kill} at ${Math.round(pause)} ms:\n${stdout}${stderr}`);
    const now = await look(s);
    assert.ok(
      now === worlds.A || now === worlds.B,
      `a mixed world after kill ${kill}:\n${unlike(now, worlds.A, worlds.B)}`,
    );
    seen[now === worlds.A ? "A" : "B"]++;
  }
  assert.ok(seen.A + seen.B === KILLS);
  assert.equal((await s.sys(["store", "verify"], { unseen: true })).code, 0);
  assert.equal((await apply("A")).code, 0);
  assert.equal(await look(s), worlds.A);
});

story("Ctrl-C undoes what was begun", async (s) => {
  s.write(
    "init.lua",
    `return { setup = function()
  file { path = "~/x", content = "x" }
  activate { name = "slow", config = function(_, ctx) ctx.run("touch ~/begun; sleep 60") end }
end }
`,
  );
  const child = s.start(["apply"]);
  await appears(s, "begun");
  assert.ok(s.exists("x"));
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 130, new TextDecoder().decode(stderr));
  assert.equal(s.exists("x"), false);
  assert.equal(s.exists(".local/share/syslua/snapshots/1.json"), false);
  assert.equal((await s.sys(["status"], { unseen: true })).code, 0);
});

story("Ctrl-C ends a build and all that it started", async (s) => {
  const mark = `61.${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  s.write(
    "init.lua",
    `return { setup = function()
  local slow = derive { name = "slow", config = function(_, ctx) ctx.run("echo began; sleep ${mark}") end }
  file { path = "~/x", source = slow.out }
end }
`,
  );
  const child = s.start(["apply", "--sandbox", "off", "--verbose"]);
  const reader = child.stderr.getReader();
  const decoder = new TextDecoder();
  let said = "";
  while (!/> began/.test(said)) {
    const { value, done } = await reader.read();
    assert.equal(done, false, said);
    said += decoder.decode(value);
  }
  child.kill("SIGINT");
  reader.releaseLock();
  const { code } = await child.output();
  assert.equal(code, 130);
  assert.deepEqual(commandLines().filter((line) => line.includes(mark)), []);
  assert.equal(s.exists("x"), false);
});

/** Kills `sys` once a command has written its process id, and waits for that process to end. */
async function killAndWatch(s: Story, child: Deno.ChildProcess): Promise<void> {
  await appears(s, "pid");
  child.kill("SIGKILL");
  await child.output();
  await assertGone(Number(s.read("pid")));
}

story("a command of an activation ends with sys", async (s) => {
  s.write(
    "init.lua",
    `return { setup = function()
  activate { name = "slow", config = function(_, ctx)
    ctx.run("echo $$ > ~/p; mv ~/p ~/pid; trap '' TERM; while sleep 0.1; do :; done; touch ~/late")
  end }
end }
`,
  );
  await killAndWatch(s, s.start(["apply"]));
  assert.equal((await s.sys(["gc"], { unseen: true })).code, 0);
});

story("a build without a sandbox ends with sys, and its log is whole", async (s) => {
  s.write(
    "init.lua",
    `return { setup = function()
  local slow = derive { name = "slow", config = function(_, ctx)
    ctx.run("echo one; echo $$ > ${s.home}/p; echo two; mv ${s.home}/p ${s.home}/pid; while sleep 0.1; do :; done")
  end }
  file { path = "~/x", source = slow.out }
end }
`,
  );
  const child = s.start(["build", "--sandbox", "off"]);
  await appears(s, "pid");
  const running = await s.sys(["log", "slow"], { unseen: true });
  assert.match(running.stdout, /\none\ntwo\n$/);
  await killAndWatch(s, child);
  const log = await s.sys(["log", "slow"], { unseen: true });
  assert.match(log.stdout, /\none\ntwo\n$/);
});

story("Ctrl-C ends the waiting for another sys at once", async (s) => {
  s.write(
    "init.lua",
    `return { setup = function()
  activate { name = "slow", config = function(_, ctx) ctx.run("touch ~/begun; sleep 60") end }
end }
`,
  );
  const holder = s.start(["apply"]);
  await appears(s, "begun");
  const waiting = s.start(["gc"]);
  const reader = waiting.stderr.getReader();
  let said = "";
  while (!/Waiting for sys apply \(process \d+, since/.test(said)) {
    const { value, done } = await reader.read();
    assert.equal(done, false, said);
    said += new TextDecoder().decode(value);
  }
  waiting.kill("SIGINT");
  reader.releaseLock();
  const { code } = await waiting.output();
  assert.equal(isAlive(holder.pid), true);
  holder.kill("SIGKILL");
  await holder.output();
  assert.equal(code, 130);
});

/** A pattern that tries for longer than the universe lasts, inside Lua's own C code. */
const ENDLESS = 'local _ = (("a"):rep(200)):find(("a*"):rep(50) .. "b")';

story("Ctrl-C and SIGTERM end an evaluation that never ends", async (s) => {
  if (Deno.build.os !== "linux") return;
  s.write("init.lua", `return { setup = function()\n  ${ENDLESS}\nend }\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const child = s.start(["plan"]);
    const output = child.output();
    // Until the program listens, a signal would end it at once. The runtime listens to all as soon as the program does
    // to the first.
    while (!listens(child.pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    await works(child.pid, 1);
    child.kill(signal);
    const { code, stderr } = await output;
    assert.equal(code, 130);
    assert.match(new TextDecoder().decode(stderr), /^error: Interrupted/);
  }
});

story("SIGTERM ends a build whose Lua never ends, and names the line", async (s) => {
  s.write(
    "init.lua",
    `return { setup = function()
  local endless = derive { name = "endless", config = function(_, ctx)
    ctx.run("echo began")
    ${ENDLESS}
  end }
  file { path = "~/x", source = endless.out }
end }
`,
  );
  const child = s.start(["apply", "--sandbox", "off", "--verbose"]);
  const reader = child.stderr.getReader();
  const decoder = new TextDecoder();
  let said = "";
  let signalled = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    said += decoder.decode(value);
    if (signalled || !/> began/.test(said)) continue;
    signalled = true;
    await works(child.pid, 1);
    child.kill("SIGTERM");
  }
  const { code } = await child.status;
  await child.stdout.cancel();
  assert.equal(code, 130, said);
  assert.match(said, /error: Interrupted: the system is as before\n {2}at init\.lua:4:/);
  assert.equal(s.exists("x"), false);
});

/** Waits until a process has used so many seconds of a processor from now on. */
async function works(pid: number, seconds: number): Promise<void> {
  const first = cpuTime(pid);
  while (cpuTime(pid) - first < seconds) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Seconds of a processor that a process has used; where the system does not tell, those that have gone by. */
function cpuTime(pid: number): number {
  if (Deno.build.os !== "linux") return performance.now() / 1000;
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** Whether a process has asked to be told of SIGTERM; on Linux. */
function listens(pid: number): boolean {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status);
  return caught !== null && (BigInt(`0x${caught[1]}`) & (1n << 14n)) !== 0n;
}

story("several at once wait for each other", async (s) => {
  s.write("dotfiles/init.lua", config("A"));
  await s.sys(["apply", "dotfiles", "--quiet"], { unseen: true });
  s.write("dotfiles/init.lua", config("B"));
  const running = [
    s.start(["apply", "dotfiles"]),
    s.start(["plan", "dotfiles"]),
    s.start(["gc"]),
    s.start(["apply", "dotfiles"]),
    s.start(["status"]),
    s.start(["gc", "--keep", "1"]),
  ];
  for (const child of running) {
    const { code, stderr } = await child.output();
    // `status` may look while the old world still is, or the new one already.
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }
  assert.equal((await s.sys(["status"], { unseen: true })).code, 0);
  assert.equal((await s.sys(["store", "verify"], { unseen: true })).code, 0);
  assert.match(await look(s), /B\nB\n$/);
});

story("who does not wait is told who holds the lock", async (s) => {
  s.write(
    "init.lua",
    'return { setup = function() activate { name = "slow", config = function(_, ctx) ctx.run("touch ~/begun; sleep 60") end } end }\n',
  );
  const child = s.start(["apply"]);
  await appears(s, "begun");
  const { code, stderr } = await s.sys(["apply", "--no-wait"], { unseen: true });
  child.kill("SIGKILL");
  await child.output();
  assert.equal(code, 5);
  assert.match(stderr, /sys apply \(process \d+\)/);
  // What the killed one had begun is undone and told by the next that needs the machine to itself.
  const next = await s.sys(["gc"], { unseen: true });
  assert.equal(next.code, 0);
  assert.match(next.stderr, /had been interrupted/);
});
