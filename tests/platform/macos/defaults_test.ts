/** Defaults of macOS: read, written and given back with their types, whatever else is in their domain. */
import assert from "node:assert/strict";
import { type Plist, PlistDate } from "../../../src/platform/plist/plist.ts";
import { platformAdapters } from "../../../src/platform/platform.ts";
import type { Current, Wanted } from "../../../src/plan/types.ts";
import type { Json } from "../../../src/manifest/types.ts";
import { EMPTY, planOf, wantedSettings } from "./support.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import type { Accounts } from "../../../src/system/accounts.ts";
import { FsError } from "../../../src/system/fs.ts";
import { Launchd } from "../../support/worlds/commands/launchctl.ts";
import { programs } from "../../support/worlds/commands/programs.ts";
import { Defaults } from "../../support/worlds/commands/defaults.ts";

const MARIA = { name: "maria", uid: 501, gid: 20, comment: "", home: "/Users/maria", shell: "" };
const ACCOUNTS: Accounts = {
  user: (who) => who === "maria" || who === 501 ? MARIA : null,
  group: () => null,
};

/** A machine of jo's, or of root's. */
function machine(user: "jo" | "root" = "jo") {
  const store = new Defaults();
  const { processes, commands } = programs(
    {
      defaults: store.program,
      launchctl: new Launchd({ screens: [501], users: {}, read: () => null }).program,
    },
    user,
  );
  const elevated = user === "root", home = elevated ? "/var/root" : "/Users/jo";
  const host = { os: "darwin", elevated, home, username: user, accounts: ACCOUNTS } as const;
  const system = { ...memorySystem({ host }), processes };
  const { settings } = platformAdapters(system, { root: `${home}/.syslua`, home });
  const domain = (name: string, entries: Record<string, Plist>) =>
    void store.domains.set(name, new Map(Object.entries(entries)));
  return { store, settings, commands, domain, system };
}

const OWN = { kind: "defaults" } as const;

Deno.test("macOS: data and dates in a domain hide no other value of it", async () => {
  const { settings, domain } = machine();
  domain("jo com.apple.dock", {
    "persistent-apps": [new Map([["book", new Uint8Array([0, 1])]])],
    "last-analytics-stamp": new PlistDate("2026-01-02T03:04:05Z"),
    autohide: true,
    tilesize: 48,
  });
  const asked = [
    { key: "com.apple.dock:autohide", value: false },
    { key: "com.apple.dock:tilesize", value: 48 },
    { key: "com.apple.dock:none", value: 1 },
    { key: "com.none:k", value: 1 },
    { key: "com.apple.dock:last-analytics-stamp", value: 1 },
  ];
  assert.deepEqual(await settings.get(OWN, asked), [
    { value: true },
    { value: 48, exact: { "plist:real": "48" } },
    { value: null },
    { value: null },
    { value: { "plist:date": "2026-01-02T03:04:05Z" } },
  ]);
});

/** Sets `value` over `before`, and undoes it again; the domain is to be as it was. */
function comesBack(name: string, before: Plist | undefined, value: Json) {
  Deno.test(`macOS: an apply over ${name} gives it back`, async () => {
    const { settings, domain, store } = machine();
    const rest = { other: new Uint8Array([7]) };
    domain("jo d", before === undefined ? rest : { ...rest, k: before });
    const was = new Map(store.domains.get("jo d"));
    const wanted = wantedSettings([{ kind: "defaults", key: "d:k", value }]);
    const observe = async () => await settings.get(OWN, wanted.settings);
    const first = planOf(wanted, null, await observe());
    for (const { changes } of first.steps) await settings.set(OWN, changes);
    assert.deepEqual((await observe())[0].value, value);
    assert.deepEqual(planOf(wanted, { wanted, ...first }, await observe()).steps, []);
    const last = planOf(EMPTY, { wanted, ...first }, await observe());
    for (let twice = 0; twice < 2; twice++) {
      for (const { changes } of last.steps) await settings.set(OWN, changes);
      assert.deepEqual(store.domains.get("jo d"), was);
    }
  });
}

comesBack("nothing", undefined, 1);
comesBack("an integer", 47n, 48);
comesBack("a real that is whole", 47, 48);
comesBack("a real that is already right", 48, 48);
comesBack("data", new Uint8Array([0, 255]), "text");
comesBack("a date", new PlistDate("2001-01-01T00:00:00Z"), true);
comesBack("a long integer", (1n << 63n) + 1n, [1, 2.5, { a: "b" }]);
comesBack(
  "tables within lists",
  [new Map<string, Plist>([["a", 1], ["b", [new Uint8Array([1]), 1n]]])],
  {},
);

Deno.test("macOS: a number that was right, and was changed later, comes back with its type", async () => {
  const { settings, domain, store } = machine();
  domain("jo d", { k: 48 });
  let current: { wanted: Wanted; settings: Current["settings"] } | null = null;
  for (const value of [48, 50, null]) {
    const key = { kind: "defaults", key: "d:k" } as const;
    const wanted: Wanted = value === null ? EMPTY : wantedSettings([{ ...key, value }]);
    const asked = value === null ? current!.wanted : wanted;
    const plan = planOf(wanted, current, await settings.get(OWN, asked.settings));
    for (const { changes } of plan.steps) await settings.set(OWN, changes);
    current = { wanted, settings: plan.settings };
  }
  assert.deepEqual(store.domains.get("jo d")?.get("k"), 48);
});

Deno.test("macOS: to undo what was never set is harmless", async () => {
  const { settings, store } = machine();
  await settings.set(OWN, [{ key: "com.none:k", before: 1, after: null }]);
  assert.equal(store.domains.size, 0);
});

Deno.test("macOS: what is as it shall be is not written again", async () => {
  const { settings, commands } = machine();
  const change = { key: "com.x:k", before: null, after: 1 };
  for (let twice = 0; twice < 2; twice++) await settings.set(OWN, [change]);
  assert.equal(commands.filter(({ argv }) => argv[1] === "write").length, 1);
});

Deno.test("macOS: a domain that can't be read is blocked, not taken for empty", async () => {
  const answers: [{ code?: number; stdout?: string; stderr?: string }, RegExp][] = [
    [{ code: 1, stderr: "Could not connect to cfprefsd\n" }, /Could not connect to cfprefsd/],
    [{ stdout: "<plist><dict><key>k</key>" }, /can't be read: /],
  ];
  for (const [answer, why] of answers) {
    const { processes, commands } = programs({ defaults: () => answer }, "jo");
    const system = { ...memorySystem({ host: { os: "darwin" } }), processes };
    const { settings } = platformAdapters(system, { root: "/r", home: "/Users/jo" });
    const [{ value, blocked }] = await settings.get(OWN, [{ key: "com.x:k", value: 1 }]);
    assert.equal(value, null);
    assert.match(blocked ?? "", why);
    await assert.rejects(settings.set(OWN, [{ key: "com.x:k", before: null, after: 1 }]), why);
    assert.ok(commands.every(({ argv }) => argv[1] === "export"));
  }
});

Deno.test("macOS: a config can name a type that Lua has not", async () => {
  const { settings, store } = machine();
  const value = { "plist:data": "AQI=" };
  await settings.set(OWN, [{ key: "d:k", before: null, after: value }]);
  assert.deepEqual(store.domains.get("jo d")?.get("k"), new Uint8Array([1, 2]));
  assert.deepEqual(await settings.get(OWN, [{ key: "d:k", value }]), [{ value, exact: value }]);
});

Deno.test("macOS: a user's defaults are read and written in that user's session", async () => {
  const { settings, store, commands, domain } = machine("root");
  domain("maria com.x", { k: 1n });
  const of = { kind: "defaults", account: { name: "maria", home: "/Users/maria" } } as const;
  assert.equal((await settings.get(of, [{ key: "com.x:k", value: 2 }]))[0].value, 1);
  await settings.set(of, [{ key: "com.x:k", before: 1, after: 2 }]);
  assert.equal(store.domains.get("maria com.x")?.get("k"), 2n);
  for (const { argv, env, cwd } of commands) {
    assert.deepEqual(argv.slice(0, 3), ["/bin/launchctl", "asuser", "501"]);
    assert.deepEqual([env.HOME, env.USER, cwd], ["/Users/maria", "maria", "/Users/maria"]);
  }
  await settings.set(OWN, [{ key: "com.x:k", before: null, after: 3 }]);
  assert.equal(store.domains.get("root com.x")?.get("k"), 3n);
});

Deno.test("macOS: a container that is closed names Full Disk Access", async () => {
  const { settings, store, system } = machine();
  store.closed.add("com.apple.Safari");
  const change = { key: "com.apple.Safari:k", before: null, after: 1 };
  await assert.rejects(
    settings.set(OWN, [change]),
    ({ hint, notes }: { hint: string; notes: string[] }) =>
      hint.includes("Full Disk Access") && notes[0].startsWith("Could not write domain"),
  );
  const container = "/Users/jo/Library/Containers/com.apple.Safari/Data/Library/Preferences";
  const fs = Object.assign(Object.create(system.fs), {
    readDir(path: string) {
      if (path === container) throw new FsError("list", path, "EPERM");
      return system.fs.readDir(path);
    },
  });
  const home = "/Users/jo";
  const closed = platformAdapters({ ...system, fs }, { root: "/r", home }).settings;
  const [found] = await closed.get(OWN, [{ key: change.key, value: 1 }]);
  assert.match(found.blocked ?? "", /Full Disk Access/);
});

Deno.test("macOS: what no property list holds is refused before anything is written", async () => {
  const { settings, commands } = machine();
  const asked = [{ key: "d:k", value: [null] }];
  await assert.rejects(
    settings.set(OWN, [{ ...asked[0], before: null, after: [null] }]),
    /no null/,
  );
  const bell = [{ key: "d:k", before: null, after: "\x07" }];
  await assert.rejects(settings.set(OWN, bell), /U\+0007/);
  assert(commands.every(({ argv }) => argv[1] === "export"));
});
