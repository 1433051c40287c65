import { HOLDS } from "../../src/system/holds.ts";
import { NO_ACCOUNTS } from "../../src/system/accounts.ts";
import assert from "node:assert/strict";
import type { Console, Host, System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { recall } from "../../src/recall/recall.ts";
import { recorder } from "../../src/recall/recorder.ts";
import { remember } from "../../src/recall/remember.ts";
import { slotOf } from "../../src/recall/place.ts";
import { collected } from "../support/collected.ts";
import { withTemporary } from "../support/temporary.ts";

const KEY = "the command";
/** The real world some time later, so that nothing in it was changed just now; variables of its own. */
function world(env: Record<string, string | undefined> = {}, later = 10_000): System {
  const real = realSystem();
  const host: Host = {
    os: real.host.os,
    arch: real.host.arch,
    hostname: "host",
    username: "maria",
    uid: real.host.uid,
    gid: real.host.gid,
    elevated: real.host.elevated,
    administrator: real.host.administrator,
    home: "/home/maria",
    accounts: NO_ACCOUNTS,
    cwd: "/",
    pid: real.host.pid,
    processors: 2,
    startOf: () => null,
    isInMemory: () => false,
    env: (name) => env[name],
  };
  return {
    ...real,
    host,
    clock: { ...real.clock, now: () => new Date(Date.now() + later) },
  };
}

/** Runs a command, and says whether it was remembered. */
async function ran(
  dir: string,
  command: (system: System, console: Console) => unknown,
  system = world(),
): Promise<boolean> {
  const noting = recorder(system, collected());
  await command(noting.system, noting.console);
  const looks = noting.notes.looks();
  if (looks !== null) remember(system, dir, { key: KEY, code: 0, output: noting.output, looks });
  return recall(system, dir, KEY) !== null;
}

/** What a command looks at, and what then makes it run again. */
const CHANGES: readonly [
  title: string,
  look: (system: System, dir: string) => unknown,
  change: (dir: string) => void,
  env?: Record<string, string | undefined>,
][] = [
  [
    "a file with other content of the same size",
    ({ fs }, dir) => fs.readFile(`${dir}/file`),
    (dir) => Deno.writeTextFileSync(`${dir}/file`, "txet"),
  ],
  [
    "one whose time was set back",
    ({ fs }, dir) => fs.lstat(`${dir}/file`),
    (dir) => {
      const { mtime } = Deno.statSync(`${dir}/file`);
      Deno.writeTextFileSync(`${dir}/file`, "txet");
      Deno.utimeSync(`${dir}/file`, mtime!, mtime!);
    },
  ],
  [
    "one that is open to others now",
    ({ fs }, dir) => fs.openRead(`${dir}/file`).close(),
    (dir) => Deno.chmodSync(`${dir}/file`, 0o666),
  ],
  [
    "one that was exchanged",
    ({ fs }, dir) => fs.openItself(`${dir}/file`).close(),
    (dir) => {
      Deno.writeTextFileSync(`${dir}/new`, "text");
      Deno.renameSync(`${dir}/new`, `${dir}/file`);
    },
  ],
  ["one that is gone", ({ fs }, dir) => fs.lstat(`${dir}/file`), (dir) => {
    Deno.removeSync(`${dir}/file`);
  }],
  ["one that is there now", ({ fs }, dir) => fs.lstat(`${dir}/none`), (dir) => {
    Deno.writeTextFileSync(`${dir}/none`, "");
  }],
  [
    "one that is there now, in a folder that was listed",
    ({ fs }, dir) => [fs.readDir(`${dir}/folder`), fs.lstat(`${dir}/folder/none`)],
    (dir) => Deno.writeTextFileSync(`${dir}/folder/none`, ""),
  ],
  [
    "one that could not be read, and can be now",
    ({ fs }, dir) => assert.throws(() => fs.readFile(`${dir}/none`)),
    (dir) => Deno.writeTextFileSync(`${dir}/none`, ""),
  ],
  [
    "one of several links in a folder",
    ({ fs }, dir) => ["link", "none", "never"].map((name) => fs.lstat(`${dir}/folder/${name}`)),
    (dir) => Deno.symlinkSync("x", `${dir}/folder/never`),
  ],
  [
    "a file beside links in a folder",
    ({ fs }, dir) => ["link", "none", "a"].map((name) => fs.lstat(`${dir}/folder/${name}`)),
    (dir) => Deno.writeTextFileSync(`${dir}/folder/a`, "y"),
  ],
  ["a folder with another entry", ({ fs }, dir) => fs.readDir(`${dir}/folder`), (dir) => {
    Deno.mkdirSync(`${dir}/folder/other`);
  }],
  [
    "a folder whose time was looked at, with another entry",
    ({ fs }, dir) => fs.lstat(`${dir}/folder`)?.mtime,
    (dir) => Deno.mkdirSync(`${dir}/folder/other`),
  ],
  ["a folder that others may write to now", ({ fs }, dir) => fs.lstat(`${dir}/folder`), (dir) => {
    Deno.chmodSync(`${dir}/folder`, 0o777);
  }],
  ["a link that leads elsewhere", ({ fs }, dir) => fs.readLink(`${dir}/folder/link`), (dir) => {
    Deno.removeSync(`${dir}/folder/link`);
    Deno.symlinkSync("elsewhere", `${dir}/folder/link`);
  }],
  [
    "a link that leads elsewhere, in a folder that was listed",
    ({ fs }, dir) => [fs.readDir(`${dir}/folder`), fs.lstat(`${dir}/folder/link`)],
    (dir) => {
      Deno.removeSync(`${dir}/folder/link`);
      Deno.symlinkSync("../file", `${dir}/folder/link`);
    },
  ],
  [
    "the file at the end of a link",
    ({ fs }, dir) => fs.readFile(`${dir}/folder/link`),
    (dir) => Deno.writeTextFileSync(`${dir}/file`, "txet"),
  ],
  [
    "the file at the end of a link above a folder that is reached over a link",
    ({ fs }, dir) => fs.readFile(`${dir}/inner/up`),
    (dir) => Deno.writeTextFileSync(`${dir}/folder/file`, "txet"),
  ],
  [
    "the link on the way to a file",
    ({ fs }, dir) => fs.readFile(`${dir}/way/file`),
    (dir) => {
      Deno.mkdirSync(`${dir}/other`);
      Deno.writeTextFileSync(`${dir}/other/file`, "text");
      Deno.removeSync(`${dir}/way`);
      Deno.symlinkSync("other", `${dir}/way`);
    },
  ],
  ["where a path leads", ({ fs }, dir) => fs.realPath(`${dir}/way/file`), (dir) => {
    Deno.mkdirSync(`${dir}/other`);
    Deno.linkSync(`${dir}/file`, `${dir}/other/file`);
    Deno.removeSync(`${dir}/way`);
    Deno.symlinkSync("other", `${dir}/way`);
  }],
  [
    "where nothing was",
    ({ fs }, dir) => assert.throws(() => fs.realPath(`${dir}/no/file`)),
    (dir) => {
      Deno.mkdirSync(`${dir}/no`);
      Deno.writeTextFileSync(`${dir}/no/file`, "");
    },
  ],
  ["a variable", ({ host }) => host.env("EDITOR"), () => {}, { EDITOR: "vim" }],
  ["a variable that is unset now", ({ host }) => host.env("PAGER"), () => {}, { PAGER: undefined }],
  ["the time zone", () => {}, () => {}, { TZ: "Asia/Tokyo" }],
  [
    "where a program is",
    ({ processes }, dir) => processes.which("tool", `${dir}/bin`),
    (dir) => {
      Deno.mkdirSync(`${dir}/bin`);
      Deno.writeTextFileSync(`${dir}/bin/tool`, "", { mode: 0o755 });
    },
  ],
];

/** What changes nothing of what was looked at. */
const OTHER_CHANGES: readonly [
  title: string,
  look: (system: System, dir: string) => unknown,
  change: (dir: string) => void,
][] = [
  [
    "a folder in which links were looked at",
    ({ fs }, dir) => ["link", "none", "never"].map((name) => fs.lstat(`${dir}/folder/${name}`)),
    (dir) => Deno.mkdirSync(`${dir}/folder/other`),
  ],
  ["a folder that was passed through", ({ fs }, dir) => fs.lstat(`${dir}/folder`), (dir) => {
    Deno.mkdirSync(`${dir}/folder/other`);
  }],
];

const BEFORE = { EDITOR: "nano", PAGER: "less", TZ: undefined };

/** A folder with something to look at. */
function prepare(dir: string) {
  Deno.mkdirSync(dir);
  Deno.writeTextFileSync(`${dir}/file`, "text");
  Deno.mkdirSync(`${dir}/folder`);
  Deno.writeTextFileSync(`${dir}/folder/a`, "x");
  Deno.symlinkSync("../file", `${dir}/folder/link`);
  Deno.symlinkSync(".", `${dir}/way`);
  Deno.mkdirSync(`${dir}/folder/deep`);
  Deno.symlinkSync("../file", `${dir}/folder/deep/up`);
  Deno.writeTextFileSync(`${dir}/folder/file`, "text");
  Deno.symlinkSync("folder/deep", `${dir}/inner`);
}

Deno.test("recall: whether a command need not be run after a change of", (t) =>
  withTemporary(async (temporary) => {
    const cases = [
      ...CHANGES.map(([title, look, change, env = {}]) => ({
        title,
        look,
        change,
        env,
        run: true,
      })),
      ...OTHER_CHANGES.map(([title, look, change]) => ({
        title,
        look,
        change,
        env: {},
        run: false,
      })),
    ].map((rest, n) => ({ ...rest, dir: `${temporary}/${n}` }));
    for (const { dir, title, look } of cases) {
      prepare(dir);
      const remembered = await ran(dir, (system) => look(system, dir), world(BEFORE));
      assert.equal(remembered, true, title);
    }
    // The runtime tells times of changes in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (const { dir, title, change, env, run } of cases) {
      await t.step(title, () => {
        assert.notEqual(recall(world(BEFORE), dir, KEY), null, "as it was");
        change(dir);
        assert.equal(recall(world({ ...BEFORE, ...env }), dir, KEY) === null, run);
      });
    }
  }));

/** What can't be told by looking again. */
const SPOILT: readonly [
  title: string,
  does: (system: System, dir: string, console: Console) => unknown,
][] = [
  ["makes a file", ({ fs }, dir) => fs.create(`${dir}/new`, 0o600).close()],
  ["adds to a file", ({ fs }, dir) => fs.append(`${dir}/new`, 0o600).close()],
  ["makes a folder", ({ fs }, dir) => fs.mkdir(`${dir}/new`, 0o700)],
  ["makes a link", ({ fs }, dir) => fs.symlink("to", `${dir}/new`)],
  ["makes a hard link", ({ fs }, dir) => fs.link(`${dir}/file`, `${dir}/new`)],
  ["renames", ({ fs }, dir) => fs.rename(`${dir}/file`, `${dir}/new`)],
  ["removes", ({ fs }, dir) => fs.remove(`${dir}/file`)],
  ["changes permissions", ({ fs }, dir) => fs.chmod(`${dir}/file`, 0o600)],
  ["changes the owner", ({ fs, host }, dir) => fs.chown(`${dir}/file`, host.uid, host.gid)],
  ["sets a time", ({ fs }, dir) => fs.utime(`${dir}/file`, 1)],
  ["changes what is open", ({ fs }, dir) => {
    const file = fs.openItself(`${dir}/file`);
    file.chmod(0o600);
    file.close();
  }],
  ["locks", async ({ fs }, dir) => (await fs.lock(`${dir}/lock`, "shared")).release()],
  ["reads a folder as a file", ({ fs }, dir) => assert.throws(() => fs.readFile(dir))],
  ["asks for the time", ({ clock }) => clock.now()],
  ["asks for its own number", ({ host }) => host.pid],
  ["runs a program", ({ processes }) => processes.run({ argv: ["/bin/true"], env: {} })],
  ["asks somebody", (_system, _dir, console) => console.ask("?", new AbortController().signal)],
  ["writes what is no text", (_system, _dir, console) => console.outBytes(new Uint8Array())],
  ["sees a file come and go meanwhile", ({ fs }, dir) => {
    fs.lstat(`${dir}/none`);
    Deno.writeTextFileSync(`${dir}/none`, "");
    fs.lstat(`${dir}/none`);
    Deno.removeSync(`${dir}/none`);
  }],
  ["looks at a name that a record can't have", ({ fs }, dir) => fs.lstat(`${dir}/a\nb`)],
];

for (const [title, does] of SPOILT) {
  Deno.test(`recall: nothing is remembered of what ${title}`, () =>
    withTemporary(async (dir) => {
      Deno.writeTextFileSync(`${dir}/file`, "text");
      assert.equal(await ran(dir, (system, console) => does(system, dir, console)), false);
    }));
}

Deno.test("recall: nothing is remembered of what looked at a file that has just changed", () =>
  withTemporary(async (dir) => {
    Deno.writeTextFileSync(`${dir}/file`, "text");
    const look = ({ fs }: System) => fs.readFile(`${dir}/file`);
    const { ctime } = Deno.statSync(`${dir}/file`);
    const then = { ...world(), clock: { ...world().clock, now: () => ctime! } };
    assert.equal(await ran(dir, look, then), false);
    assert.equal(await ran(dir, look), true);
  }));

Deno.test("recall: a record that others could have written, or that is damaged, is none", () =>
  withTemporary(async (dir) => {
    const look = ({ fs }: System) => fs.lstat(dir);
    const slot = slotOf(dir, KEY);
    const system = world();
    for (
      const spoil of [
        () => Deno.chmodSync(slot, 0o620),
        () => Deno.truncateSync(slot, 20),
        () => Deno.writeTextFileSync(slot, ""),
        () => {
          Deno.renameSync(slot, `${dir}/else`);
          Deno.symlinkSync(`${dir}/else`, slot);
        },
        () => {
          Deno.removeSync(slot);
          Deno.mkdirSync(slot);
        },
      ]
    ) {
      if (system.fs.lstat(`${dir}/recall`) !== null) {
        Deno.removeSync(`${dir}/recall`, { recursive: true });
      }
      assert.equal(await ran(dir, look), true);
      spoil();
      assert.equal(recall(system, dir, KEY), null);
    }
    // What lies in its place is no reason to fail.
    assert.equal(await ran(dir, look), false);
  }));

Deno.test("recall: the latest commands are remembered, and no more than 32", () =>
  withTemporary((dir) => {
    const system = world();
    for (let n = 0; n < 40; n++) {
      remember(system, dir, { key: `command ${n}`, code: 0, output: [], looks: [] });
    }
    assert.equal([...Deno.readDirSync(`${dir}/recall`)].length, 32);
    assert.notEqual(recall(system, dir, "command 39"), null);
  }));

Deno.test("recall: no more bytes are kept than is said, but for those of the latest", () =>
  withTemporary((dir) => {
    const system = world();
    const kept = { commands: 32, bytes: 2500 };
    for (let n = 0; n < 5; n++) {
      const output = [["out", "x".repeat(1000)]] as const;
      remember(system, dir, { key: `${n}`, code: 0, output, looks: [] }, { kept });
      assert.equal([...Deno.readDirSync(`${dir}/recall`)].length, Math.min(n + 1, 2));
    }
    const output = [["out", "x".repeat(5000)]] as const;
    remember(system, dir, { key: "large", code: 0, output, looks: [] }, { kept });
    assert.equal([...Deno.readDirSync(`${dir}/recall`)].length, 1);
    assert.notEqual(recall(system, dir, "large"), null);
  }));

Deno.test("recall: what others have put where records lie stays", () =>
  withTemporary((dir) => {
    const system = world();
    Deno.mkdirSync(`${dir}/elsewhere`);
    Deno.mkdirSync(`${dir}/mine/recall`, { recursive: true });
    Deno.mkdirSync(`${dir}/linked`);
    Deno.symlinkSync("../elsewhere", `${dir}/linked/recall`);
    for (let n = 0; n < 40; n++) {
      Deno.writeTextFileSync(`${dir}/elsewhere/${n}`, "");
      Deno.writeTextFileSync(`${dir}/mine/recall/${n}`, "");
    }
    for (const root of ["mine", "linked"]) {
      for (let n = 0; n < 40; n++) {
        remember(system, `${dir}/${root}`, { key: `${n}`, code: 0, output: [], looks: [] });
      }
    }
    assert.equal([...Deno.readDirSync(`${dir}/mine/recall`)].length, 40 + 32);
    assert.equal([...Deno.readDirSync(`${dir}/elsewhere`)].length, 40);
  }));

Deno.test("recall: nothing is remembered in what belongs to another user", () =>
  withTemporary((dir) => {
    const real = world();
    const other = Object.create(real.fs, { uid: { value: (real.fs.uid ?? 0) + 1 } });
    remember({ ...real, fs: other }, dir, { key: KEY, code: 0, output: [], looks: [] });
    assert.equal(real.fs.lstat(`${dir}/recall`), null);
  }));

/** What a command may ask of its host and be remembered all the same. */
const FACTS: readonly (keyof Host)[] = [
  ...["os", "arch", "hostname", "username", "uid", "gid", "elevated", "administrator"] as const,
  ...["home", "cwd", "processors"] as const,
];

for (const fact of FACTS) {
  Deno.test(`recall: ${fact} of another machine, or another's, makes a command run again`, () =>
    withTemporary(async (dir) => {
      const system = world();
      assert.ok(await ran(dir, ({ host }) => host[fact], system));
      const host = { ...system.host, [fact]: "another" } as Host;
      assert.equal(recall({ ...system, host }, dir, KEY), null);
    }));
}

Deno.test("windows: whether files can be linked is asked each time, since the right to may be given at any", () => {
  const system = world();
  const looks = (system: System) => {
    const noting = recorder(system, collected());
    noting.system.fs.canLinkFiles();
    return noting.notes.looks();
  };
  assert.notEqual(looks(system), null);
  const fs = new Proxy(system.fs, {
    get(target, name) {
      if (name === "holds") return HOLDS.windows;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  assert.equal(looks({ ...system, fs }), null);
});
