/** Services of macOS, against a launchd that keeps its state and answers as the real one does. */
import assert from "node:assert/strict";
import { isDisabled, readPrinted } from "../../../src/platform/services/launchd.ts";
import { platformAdapters } from "../../../src/platform/platform.ts";
import type { Plist } from "../../../src/platform/plist/plist.ts";
import { writePlist } from "../../../src/platform/plist/write.ts";
import type { Service } from "../../../src/platform/adapters.ts";
import type { Accounts } from "../../../src/system/accounts.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import { Launchd, type LaunchdOptions } from "../../support/worlds/commands/launchctl.ts";
import { programs } from "../../support/worlds/commands/programs.ts";

const MARIA = { name: "maria", uid: 501, gid: 20, comment: "", home: "/Users/maria", shell: "" };
const ACCOUNTS: Accounts = {
  user: (who) => who === "maria" || who === 501 ? MARIA : null,
  group: () => null,
};

function unit(name: string, more: Record<string, Plist> = { KeepAlive: true }): string {
  return writePlist(new Map<string, Plist>([["Label", name], ...Object.entries(more)]));
}

/** A machine of a user's (number 501) or of root's, with one unit. */
function machine(
  { uid = 501, content = unit("org.syslua.a"), ...options }:
    & { readonly uid?: number; readonly content?: string }
    & Partial<LaunchdOptions> = {},
) {
  const path = "/unit.plist";
  let text: string | null = content;
  const launchd = new Launchd({
    screens: [501],
    users: { 501: "maria", 0: "root" },
    read: (it) => it === path ? text : null,
    ...options,
  });
  const { processes, commands } = programs(
    { launchctl: launchd.program },
    uid === 0 ? "root" : "maria",
  );
  const host = { os: "darwin", uid, elevated: uid === 0, accounts: ACCOUNTS } as const;
  let pauses = 0;
  const memory = memorySystem({ host });
  const clock = { ...memory.clock, sleep: () => Promise.resolve(void pauses++) };
  const { fs } = memory;
  const write = (it: string) => {
    text = it;
    if (fs.lstat(path) !== null) fs.remove(path);
    const file = fs.create(path, 0o644);
    file.write(new TextEncoder().encode(it));
    file.close();
  };
  write(content);
  const system = { ...memory, processes, clock };
  const { services } = platformAdapters(system, { root: "/r", home: "/Users/maria" });
  const agent: Service = { name: "a", user: true, unit: path };
  const daemon: Service = { name: "a", user: false, unit: path };
  return { launchd, services, commands, write, agent, daemon, pauses: () => pauses };
}

Deno.test("macOS: a service starts, runs and ends", async () => {
  const { launchd, services, agent } = machine();
  assert.equal(await services.running(agent), false);
  await services.start(agent);
  assert.deepEqual([...launchd.loaded.keys()], ["gui/501/org.syslua.a"]);
  assert.equal(await services.running(agent), true);
  await services.stop(agent);
  assert.equal(await services.running(agent), false);
  await services.stop(agent);
  assert.deepEqual([...launchd.disabled], [], "nothing is left disabled");
});

Deno.test("macOS: a service that starts again runs from the unit as it is now", async () => {
  const { launchd, services, agent, write, pauses } = machine({ slow: 3 });
  await services.start(agent);
  write(unit("org.syslua.a", { KeepAlive: true, Nice: 5n }));
  await services.start(agent);
  assert.equal(launchd.loaded.get("gui/501/org.syslua.a")?.plist.get("Nice"), 5n);
  assert(pauses() >= 2, "the former one has ended first");
});

Deno.test("macOS: bootstrapping is tried again while launchd is at work", async () => {
  const { services, agent } = machine({ flaky: 3 });
  await services.start(agent);
  assert.equal(await services.running(agent), true);
});

Deno.test("macOS: what bootstrapping has loaded runs, whatever it said", async () => {
  const { services, agent, pauses } = machine({ late: true });
  await services.start(agent);
  assert.equal(await services.running(agent), true);
  assert.equal(pauses(), 0);
});

Deno.test("macOS: what ends by itself, or is ending already, is ended", async () => {
  const gone = machine({ vanishing: true });
  await gone.services.start(gone.agent);
  await gone.services.stop(gone.agent);
  assert.equal(gone.launchd.loaded.size, 0);
  const going = machine();
  await going.services.start(going.agent);
  going.launchd.loaded.get("gui/501/org.syslua.a")!.going = 4;
  await going.services.stop(going.agent);
  assert.equal(going.launchd.loaded.size, 0);
});

Deno.test("macOS: what was disabled is known by the words of every macOS", () => {
  const printed = '\n\tdisabled services = {\n\t\t"a" => disabled\n\t\t"b" => true\n' +
    '\t\t"c" => enabled\n\t\t"d" => false\n\t}\n';
  assert.deepEqual(["a", "b", "c", "d"].filter((one) => isDisabled(printed, one)), ["a", "b"]);
});

Deno.test("macOS: a unit that somebody has edited since hides no service that runs", async () => {
  const { services, agent, write } = machine();
  await services.start(agent);
  write("edited by hand");
  assert.equal(await services.running(agent), true);
});

Deno.test("macOS: a unit of the user's own may be a binary property list", async () => {
  const read = () => unit("org.syslua.a");
  const { services, agent } = machine({ content: "bplist00\x01", read });
  await services.start(agent);
  assert.equal(await services.running(agent), true);
});

Deno.test("macOS: a unit that launchd refuses is an error with its words", async () => {
  const { services, agent } = machine({ flaky: Infinity });
  await assert.rejects(services.start(agent), (thrown: Error & { notes: string[] }) => {
    assert.match(thrown.message, /bootstrap the service a: .* exited with 5/);
    assert.match(thrown.notes[0], /Input\/output error/);
    return true;
  });
});

Deno.test("macOS: what was disabled is enabled before it starts", async () => {
  const { launchd, services, agent } = machine();
  launchd.disabled.add("gui/501/org.syslua.a");
  await services.start(agent);
  assert.equal(await services.running(agent), true);
});

Deno.test("macOS: a service ends when launchd is through with it, not before", async () => {
  const { launchd, services, agent } = machine({ slow: 5 });
  await services.start(agent);
  await services.stop(agent);
  assert.equal(launchd.loaded.size, 0);
});

Deno.test("macOS: root starts a user's agent in that user's session", async () => {
  const { launchd, services, agent } = machine({ uid: 0 });
  const theirs = { ...agent, account: { name: "maria", home: "/Users/maria" } };
  await services.start(theirs);
  assert.deepEqual([...launchd.loaded.keys()], ["gui/501/org.syslua.a"]);
  assert.equal(await services.running(theirs), true);
});

Deno.test("macOS: of a user who is gone no agent runs, and there is nothing to end", async () => {
  const { services, agent } = machine({ uid: 0 });
  const theirs = { ...agent, account: { name: "jo", home: "/Users/jo" } };
  assert.equal(await services.running(theirs), false);
  await services.stop(theirs);
  await assert.rejects(services.start(theirs), /no user jo/);
});

Deno.test("macOS: an agent of whom nobody sees a screen runs in the user's domain", async () => {
  for (const [uid, found] of [[501, "user/501"], [0, "user/0"]] as const) {
    const { launchd, services, agent } = machine({ uid, screens: [] });
    await services.start(agent);
    assert.deepEqual([...launchd.loaded.keys()], [`${found}/org.syslua.a`]);
    assert.equal(await services.running(agent), true);
    await services.stop(agent);
    assert.equal(launchd.loaded.size, 0);
  }
});

Deno.test("macOS: a daemon is the system's", async () => {
  const { launchd, services, daemon } = machine({ uid: 0 });
  assert.equal(services.unitPath("a", false, ""), "/Library/LaunchDaemons/org.syslua.a.plist");
  await services.start(daemon);
  assert.deepEqual([...launchd.loaded.keys()], ["system/org.syslua.a"]);
  const user = machine();
  assert.throws(() => user.services.unitPath("a", false, ""), /you are not root/);
});

function up(name: string, more: Record<string, Plist>, state: string, exit: string, is: boolean) {
  Deno.test(`macOS: ${name} ${is ? "is" : "is not"} as it shall be`, async () => {
    const { services, agent, launchd } = machine({ content: unit("org.syslua.a", more) });
    await services.start(agent);
    const found = launchd.loaded.get("gui/501/org.syslua.a")!;
    found.state = state as typeof found.state;
    found.lastExit = exit === "" ? null : Number(exit);
    assert.equal(await services.running(agent), is);
  });
}

up("what is kept alive and runs", { KeepAlive: true }, "running", "", true);
up("what is kept alive and does not run", { KeepAlive: true }, "not running", "0", false);
up("what was done at once", { RunAtLoad: true }, "not running", "0", true);
up("what failed at once", { RunAtLoad: true }, "not running", "78", false);
up("what waits for its time", { StartInterval: 60n }, "not running", "", true);

Deno.test("macOS: the state of a service is not that of its endpoints", () => {
  const output = "gui/501/a = {\n\tendpoints = {\n\t\tstate = active\n\t}\n\tstate = waiting\n" +
    "\tlast exit code = 78: EX_CONFIG\n}\n";
  assert.deepEqual(readPrinted(output), { state: "waiting", lastExit: 78 });
  assert.deepEqual(readPrinted("a = {\n\tlast exit code = (never exited)\n}"), {
    state: null,
    lastExit: null,
  });
});

function refused(name: string, content: string, why: RegExp) {
  Deno.test(`macOS: ${name} is refused before anything changes`, async () => {
    const { services, agent, commands } = machine({ content });
    const bytes = new TextEncoder().encode(content);
    assert.throws(() => services.checkUnit!("a", bytes), why);
    // What lies there already may be the user's own, which launchd can read.
    if (!content.startsWith("bplist")) await assert.rejects(services.start(agent), why);
    assert.deepEqual(commands, []);
  });
}

refused("a unit with another label", unit("org.other"), /Label of its unit is "org.other"/);
refused("a unit without a label", writePlist(new Map()), /Label of its unit is missing/);
refused("a unit that is a list", writePlist([]), /without keys/);
refused("a unit that is no property list", "[Service]\n", /no XML property list/);
refused("a binary unit", "bplist00\x01", /no XML property list/);
