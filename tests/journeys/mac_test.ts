/** A machine with macOS, from the first apply to the last: files, agents, defaults, Homebrew, variables of the session. */
import assert from "node:assert/strict";
import { destroy } from "../../src/journeys/restore.ts";
import { status } from "../../src/journeys/status.ts";
import { type Plist, PlistDate } from "../../src/platform/plist/plist.ts";
import { faultySystem } from "../../src/system/faulty.ts";
import type { System } from "../../src/system/mod.ts";
import { Defaults } from "../support/worlds/commands/defaults.ts";
import { Launchd } from "../support/worlds/commands/launchctl.ts";
import { programs } from "../support/worlds/commands/programs.ts";
import { HOME, MemoryMachine, UNASKED } from "./memory_machine.ts";

const AGENTS = `${HOME}/Library/LaunchAgents`;
const DOCK: readonly (readonly [string, Plist])[] = [
  ["tilesize", 48],
  ["persistent-apps", [new Uint8Array([1, 2])]],
  ["stamp", new PlistDate("2026-01-02T03:04:05Z")],
];

const RESTORE = { ...UNASKED, decide: UNASKED.decide };

const SETUP = `activate { name = "mac", config = function(_, ctx)
  ctx.set_default("com.apple.dock", "tilesize", 64)
  ctx.set_default("com.apple.dock", "autohide", true)
  ctx.set_persistent_env("EDITOR", "vim")
  ctx.enable_service("org.example.sync", { unit = [[<?xml version="1.0"?>
    <plist version="1.0"><dict>
      <key>Label</key><string>org.example.sync</string>
      <key>KeepAlive</key><true/>
    </dict></plist>]] })
  ctx.host_packages { brew = { "fd" } }
end }
file { path = "~/.vimrc", content = "set number" }`;

/** A user's Mac, with what its programs remember beside its disk. */
function mac() {
  const machine = new MemoryMachine();
  const store = new Defaults();
  const installed = new Set<string>(["jq"]);
  const { fs } = machine.system;
  const launchd = new Launchd({
    screens: [1000],
    users: { 1000: "maria" },
    read: (path) => fs.lstat(path) === null ? null : new TextDecoder().decode(fs.readFile(path)),
    slow: 1,
  });
  const { processes } = programs({
    defaults: store.program,
    launchctl: launchd.program,
    brew({ args, stdin }) {
      if (args[0] === "bundle") installed.add(/"(.*)"/.exec(stdin)![1]);
      if (args[0] === "uninstall") installed.delete(args.at(-1)!);
      return args[0] === "list" ? { stdout: [...installed].join("\n") } : {};
    },
  }, "maria");
  store.domains.set("maria com.apple.dock", new Map(DOCK));
  machine.write(`${HOME}/.vimrc`, "mine");
  const host = { ...machine.system.host, os: "darwin" as const };
  const system: System = { ...machine.system, host, processes };
  machine.setup(SETUP);
  /** All that there is of the user's, but for what sys keeps. */
  const state = () => ({
    texts: machine.texts().sort(),
    dock: [...store.domains.get("maria com.apple.dock")!].sort(),
    services: [...launchd.loaded.keys()].sort(),
    installed: [...installed].sort(),
  });
  return { machine, system, launchd, state };
}

Deno.test("macOS: an agent that was disabled is so again when it goes, or could not come", async () => {
  const { machine, system, launchd, state } = mac();
  const target = "gui/1000/org.example.sync";
  launchd.disabled.add(target);
  const before = state();
  machine.setup(`${SETUP}
activate { name = "fails", config = function(_, ctx) ctx.run("false") end }`);
  await assert.rejects(machine.apply(system), /false/);
  assert.deepEqual([...launchd.disabled], [target]);
  assert.deepEqual(state(), before);
  machine.setup(SETUP);
  await machine.apply(system);
  assert.deepEqual([...launchd.disabled], []);
  machine.setup(SETUP.replace("<true/>", "<true/><key>Nice</key><integer>5</integer>"));
  await machine.apply(system);
  assert.equal(launchd.loaded.get(target)?.plist.get("Nice"), 5n);
  assert.deepEqual([...launchd.disabled], []);
  await machine.held("exclusive", (it) => destroy(it, RESTORE), system);
  assert.deepEqual([...launchd.disabled], [target]);
  assert.deepEqual(state(), before);
});

Deno.test("macOS: what a config wants is there, nothing is left to do, and destroy gives all back", async () => {
  const { machine, system, launchd, state } = mac();
  const before = state();
  await machine.apply(system);
  const dock = new Map(state().dock);
  assert.deepEqual([dock.get("tilesize"), dock.get("autohide")], [64n, true]);
  assert.deepEqual(state().services, [
    "gui/1000/org.example.sync",
    "gui/1000/org.syslua.environment",
  ]);
  for (const name of ["org.example.sync", "org.syslua.environment"]) {
    assert.equal(machine.system.fs.lstat(`${AGENTS}/${name}.plist`)?.kind, "file");
  }
  assert.deepEqual(state().installed, ["fd", "jq"]);
  assert.equal((await machine.apply(system)).snapshot, null);
  const look = () => machine.held("shared", status, system);
  assert.deepEqual((await look()).drift, []);
  launchd.loaded.get("gui/1000/org.example.sync")!.state = "not running";
  assert.equal((await look()).drift.length, 1);
  await machine.held("exclusive", (it) => destroy(it, RESTORE), system);
  assert.deepEqual(state(), before);
});

Deno.test("macOS: an apply that is killed anywhere is undone by the next command", async () => {
  let kills = 0;
  for (let at = 1;; at += 5, kills++) {
    const { machine, system, state } = mac();
    const before = state();
    const faulty = faultySystem(system, { at, when: "after" });
    const applied = await machine.apply(faulty.system).catch(() => null);
    if (applied !== null) break;
    await machine.held("exclusive", (it) => destroy(it, RESTORE), system);
    assert.deepEqual(state(), before, `killed at ${at}`);
  }
  assert(kills > 20, String(kills));
});
