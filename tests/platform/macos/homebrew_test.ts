/** Homebrew is run by its own path, as who owns it, and is asked no questions. */
import assert from "node:assert/strict";
import { platformAdapters } from "../../../src/platform/platform.ts";
import type { Accounts } from "../../../src/system/accounts.ts";
import { Disk } from "../../../src/system/memory/disk.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import { MemoryFs } from "../../../src/system/memory/memory_fs.ts";
import { Launchd } from "../../support/worlds/commands/launchctl.ts";
import { programs } from "../../support/worlds/commands/programs.ts";
import type { Call } from "../../support/worlds/commands/programs.ts";

const ACCOUNTS: Accounts = {
  user: (who) =>
    who === "maria" || who === 501
      ? { name: "maria", uid: 501, gid: 20, comment: "", home: "/Users/maria", shell: "" }
      : null,
  group: () => null,
};

const OF = { kind: "host_packages" } as const;
const FD = { key: "brew:fd", value: true };
const ADD_FD = [{ key: "brew:fd", before: null, after: true }];

/** A machine with `brew` at some paths, each with its owner; `uid` runs sys. */
function machine(uid: number, brews: Readonly<Record<string, number>>) {
  const calls: Pick<Call, "args" | "stdin" | "user">[] = [];
  const disk = new Disk({ now: () => 0 });
  const root = new MemoryFs(disk, { uid: 0, gid: 0 });
  for (const [path, owner] of Object.entries(brews)) {
    const parts = path.split("/").slice(1, -1);
    parts.forEach((_, n) => {
      const folder = `/${parts.slice(0, n + 1).join("/")}`;
      if (root.lstat(folder) === null) root.mkdir(folder, 0o755);
    });
    root.create(path, 0o755).close();
    root.chown(path, owner, 20);
  }
  const installed = new Set<string>();
  const launchd = new Launchd({ screens: [501], users: {}, read: () => null });
  const { processes, commands } = programs({
    launchctl: launchd.program,
    brew({ args, stdin, user }) {
      if (user === "root") {
        return { code: 1, stderr: "Error: Running Homebrew as root is extremely dangerous\n" };
      }
      calls.push({ args, stdin, user });
      if (args[0] === "bundle") installed.add(/"(.*)"/.exec(stdin)![1]);
      return args[0] === "list" ? { stdout: [...installed].join("\n") } : {};
    },
  }, uid === 0 ? "root" : uid === 501 ? "maria" : "jo");
  // On PATH there is none: root's has no folder of Homebrew's.
  const which = () => null;
  const host = { os: "darwin", uid, elevated: uid === 0, accounts: ACCOUNTS } as const;
  const system = {
    ...memorySystem({ host, disk, user: { uid, gid: 20 } }),
    processes: { ...processes, which },
  };
  const { settings } = platformAdapters(system, { root: "/r", home: "/h" });
  return { settings, calls, commands };
}

for (const path of ["/opt/homebrew/bin/brew", "/usr/local/bin/brew"]) {
  Deno.test(`macOS: root runs ${path} as who owns it`, async () => {
    const { settings, calls, commands } = machine(0, { [path]: 501 });
    assert.deepEqual(await settings.get(OF, [FD]), [{ value: null }]);
    await settings.set(OF, ADD_FD);
    assert.deepEqual(await settings.get(OF, [FD]), [{ value: true }]);
    assert(calls.length > 0 && calls.every(({ user }) => user === "maria"));
    for (const { argv, env } of commands) {
      assert(argv.includes(path));
      assert(argv.includes("NONINTERACTIVE=1") && argv.includes("HOMEBREW_NO_AUTO_UPDATE=1"));
      assert(argv.indexOf("NONINTERACTIVE=1") > argv.indexOf("--"), "sudo would take it away");
      assert.equal(env.HOME, "/Users/maria");
    }
  });
}

Deno.test("macOS: its owner runs Homebrew without sudo, that of Apple silicon first", async () => {
  const { settings, commands } = machine(501, {
    "/usr/local/bin/brew": 501,
    "/opt/homebrew/bin/brew": 501,
  });
  await settings.set(OF, ADD_FD);
  assert(commands.every(({ argv }) => argv[0] === "/usr/bin/env"));
  assert(commands.every(({ argv }) => argv.includes("/opt/homebrew/bin/brew")));
});

Deno.test("macOS: Homebrew is nobody else's to run, nor root's own", async () => {
  const blocked = async (uid: number, owner: number) => {
    const { settings, commands } = machine(uid, { "/opt/homebrew/bin/brew": owner });
    const [{ blocked }] = await settings.get(OF, [FD]);
    if (uid === 0) assert.deepEqual(commands, []);
    return blocked;
  };
  assert.match(await blocked(502, 501) ?? "", /brew belongs to maria: run sys as maria/);
  assert.match(await blocked(0, 0) ?? "", /root's, and refuses/);
  assert.match(await blocked(0, 777) ?? "", /belongs to user 777/);
  const { settings } = machine(501, {});
  assert.match((await settings.get(OF, [FD]))[0].skipped ?? "", /no brew here/);
});
