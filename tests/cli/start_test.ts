import assert from "node:assert/strict";
import { run } from "../../src/cli/run.ts";
import { start } from "../../src/cli/start.ts";
import type { Host } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { RealFs } from "../../src/system/real_fs.ts";
import { HELP } from "../../src/cli/help.generated.ts";
import { allHelp } from "../support/all_help.ts";
import { collected } from "../support/collected.ts";
import { withTemporary } from "../support/temporary.ts";

/** Counts the configs that are read. */
class CountingFs extends RealFs {
  configs = 0;

  override readFile(path: string): Uint8Array {
    if (path.endsWith("/init.lua")) this.configs++;
    return super.readFile(path);
  }
}

/** A person in a home, and whether their config is read. */
class Person {
  readonly fs = new CountingFs();
  identity: string | null = "one";
  env: Record<string, string> = {};
  /** Told each message. */
  err: (text: string) => void = () => {};

  constructor(readonly home: string) {
    this.write(
      "init.lua",
      'return { setup = function() file { path = "~/a", content = "x" } end }',
    );
  }

  write(name: string, text: string) {
    Deno.writeTextFileSync(`${this.home}/${name}`, text);
  }

  /** Types a command; gives what was said, and whether the config was read for it. */
  async type(...args: string[]) {
    const real = realSystem();
    const env: Record<string, string> = {
      HOME: this.home,
      SYSLUA_ROOT: `${this.home}/root`,
      PATH: "/usr/bin:/bin",
      ...this.env,
    };
    const host: Host = Object.create(real.host, {
      env: { value: (name: string) => env[name], configurable: true },
      home: { value: this.home, configurable: true },
      cwd: { value: this.home, configurable: true },
      username: { value: "maria", configurable: true },
    });
    const console = collected((text) => this.err(text));
    const before = this.fs.configs;
    const program = {
      // Some time later, so that nothing was changed just now.
      system: {
        ...real,
        fs: this.fs,
        host,
        clock: Object.create(real.clock, { now: { value: () => new Date(Date.now() + 10_000) } }),
      },
      console,
      version: "0",
      identity: this.identity,
      stop: () => {},
    };
    const code = await start(args, program, (args, key) => run(args, program, key));
    return { code, said: console.said, read: this.fs.configs > before };
  }
}

const withPerson = (body: (person: Person) => Promise<void>) => () =>
  withTemporary((home) => body(new Person(home)));

Deno.test(
  "start: what had nothing to do is said again without being done again",
  withPerson(async (person) => {
    await person.type("apply");
    const first = await person.type("apply");
    assert.deepEqual([first.code, first.read], [0, true]);
    assert.match(first.said, /^Nothing to do/);
    for (let n = 0; n < 2; n++) {
      assert.deepEqual(await person.type("apply"), {
        ...first,
        read: false,
      });
    }
    // Another command is another matter.
    assert.equal((await person.type("plan")).read, true);
    assert.equal((await person.type("plan")).read, false);
  }),
);

/** What makes an apply that had nothing to do run again, and what it says then. */
const AGAIN: readonly [title: string, change: (person: Person) => unknown, says: RegExp][] = [
  [
    "another config",
    (person) => person.write("init.lua", "return { setup = function() end }"),
    /1/,
  ],
  ["a target that is gone", ({ home }) => Deno.removeSync(`${home}/a`), /Snapshot 2 is current/],
  ["another executable", (person) => person.identity = "another", /Nothing to do/],
  ["another environment", (person) => person.env = { EDITOR: "vim" }, /Snapshot 2 is current/],
  ["another command", (person) => person.type("destroy", "--yes"), /Snapshot 3 is current/],
  ["a lock file", (person) => person.write("syslua.lock", "[]"), /syslua.lock/],
];

Deno.test("start: an apply runs again after", (t) =>
  withTemporary(async (temporary) => {
    const persons: Person[] = [];
    for (const [n] of AGAIN.entries()) {
      Deno.mkdirSync(`${temporary}/${n}`);
      const person = new Person(`${temporary}/${n}`);
      person.write(
        "init.lua",
        `return { setup = function()
          file { path = "~/a", content = syslua.getenv("EDITOR", "none") }
        end }`,
      );
      for (let n = 0; n < 2; n++) await person.type("apply");
      persons.push(person);
    }
    // The runtime tells times of changes in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (const [n, [title, change, says]] of AGAIN.entries()) {
      await t.step(title, async () => {
        const person = persons[n];
        assert.equal((await person.type("apply")).read, false, "as it was");
        await change(person);
        const { read, said } = await person.type("apply");
        assert.equal(read, true);
        assert.match(said, says);
      });
    }
  }));

Deno.test(
  "start: a config with inputs is remembered too",
  withPerson(async (person) => {
    Deno.mkdirSync(`${person.home}/mine`);
    person.write("mine/init.lua", 'return { word = "mine" }');
    person.write(
      "init.lua",
      `return { inputs = { mine = "path:./mine" }, setup = function()
        file { path = "~/a", content = require("inputs.mine").word }
      end }`,
    );
    await person.type("apply");
    const first = await person.type("plan");
    assert.deepEqual([first.code, first.read], [0, true], first.said);
    assert.deepEqual(await person.type("plan"), { ...first, read: false });
    person.write("mine/init.lua", 'return { word = "longer" }');
    assert.match((await person.type("plan")).said, /1 changed/);
  }),
);

Deno.test(
  "start: what tells how long it took, or is run from source, is run each time",
  withPerson(async (person) => {
    await person.type("apply");
    for (const args of [["apply", "--json"], ["apply", "--timings"]]) {
      for (let n = 0; n < 2; n++) assert.equal((await person.type(...args)).read, true);
    }
    person.identity = null;
    for (let n = 0; n < 2; n++) assert.equal((await person.type("apply")).read, true);
  }),
);

Deno.test(
  "start: gc leaves nothing of what a config has said",
  withPerson(async (person) => {
    Deno.mkdirSync(`${person.home}/dotfiles`);
    person.write(
      "dotfiles/init.lua",
      'return { setup = function() file { path = "~/a", content = "a secret", mode = "0600" } end }',
    );
    await person.type("apply", "dotfiles");
    const records = () => {
      const folder = `${person.home}/root/recall`;
      return Array.from(
        Deno.readDirSync(folder),
        ({ name }) => Deno.readTextFileSync(`${folder}/${name}`),
      );
    };
    assert.ok(records().some((record) => record.includes("a secret")));
    await person.type("gc", "--dry-run");
    assert.notDeepEqual(records(), []);
    assert.equal((await person.type("gc")).code, 0);
    assert.deepEqual(records(), []);
  }),
);

Deno.test(
  "start: that another sys was waited for is said once",
  withPerson(async (person) => {
    await person.type("apply");
    const other = await person.fs.lock(`${person.home}/root/lock`, "exclusive");
    let release = () => other.release();
    person.err = (text) => {
      if (text.startsWith("Waiting")) release(), release = () => {};
    };
    assert.match((await person.type("status")).said, /^Waiting for another sys/);
    for (let n = 0; n < 2; n++) {
      assert.match((await person.type("status")).said, /^Snapshot 1 of/);
    }
  }),
);

Deno.test(
  "start: a mistake is told each time",
  withPerson(async (person) => {
    person.write("init.lua", "return {");
    for (let n = 0; n < 2; n++) {
      const { code, read } = await person.type("apply");
      assert.deepEqual([code, read], [3, true]);
    }
  }),
);

Deno.test("start: the list of commands, and the version, are what the commands would say", async () => {
  assert.deepEqual(HELP, await allHelp(), "deno task generate");
  await withPerson(async (person) => {
    for (const args of [[], ["help"], ["--help"], ["-h"]]) {
      assert.deepEqual(await person.type(...args), { code: 0, said: HELP[""], read: false });
    }
    for (
      const args of [["help", "store", "ls"], ["store", "ls", "--help"], ["store", "ls", "-h"]]
    ) {
      assert.deepEqual(await person.type(...args), {
        code: 0,
        said: HELP["store ls"],
        read: false,
      });
    }
    for (const word of ["aply", "constructor"]) {
      assert.equal((await person.type(word, "--help")).code, 2);
    }
    assert.deepEqual(await person.type("version"), await person.type("version", "--no-wait"));
  })();
});
