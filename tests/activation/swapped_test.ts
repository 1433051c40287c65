/** A user swaps files, temporary names and folders for links to what is root's, at every single operation that root
 * does in that user's home: nothing of root's is changed, opened, or copied to where that user could read it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { besidePath } from "../../src/activation/beside.ts";
import { perform } from "../../src/activation/perform.ts";
import { foldersAbove } from "../../src/activation/hold.ts";
import { readOriginals } from "../../src/snapshot/originals.ts";
import { approve } from "../../src/plan/approve.ts";
import { SysError } from "../../src/errors.ts";
import type { Wanted, WantedRun } from "../../src/plan/types.ts";
import { NOTHING } from "../../src/plan/wanted.ts";
import { CHANGES, type FileOwner, type FileSystem, LOOKS } from "../../src/system/fs.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { stateAt } from "../../src/activation/observe.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";
import { Rig, treeOf, writeText } from "./support.ts";

const OWNER = { uid: 12345, gid: 23456 };
const SECRET = "nobody but root reads this";

const FAILING: WantedRun = {
  ...{ id: "1", command: "true", check: null, undo: null, on: "change" },
  ...{ pending: false, order: 0, by: "test", place: null },
};

/** A home of somebody else's, and folders of root's that look just like parts of it. */
class Stage extends Rig {
  readonly app = join(this.home, ".config/app");
  readonly victim = join(this.dir, "victim");

  /** Where things are held in the home. */
  get held(): string {
    return foldersAbove(this.system.fs, this.root, join(this.home, "x"))[0];
  }

  /** @param owner whose the paths are; null: nobody said, and they lie in a folder of that user's */
  constructor(readonly owner: FileOwner | null = OWNER) {
    super(memorySystem());
    const { fs } = this.system;
    for (const folder of [this.victim, join(this.victim, "app"), join(this.victim, "app/new")]) {
      fs.mkdir(folder, 0o700);
    }
    for (const name of ["conf", "link", "app/conf", "app/link", "1", "2"]) {
      writeText(fs, join(this.victim, name), SECRET, 0o600);
    }
    fs.mkdir(this.root, 0o755);
    fs.mkdir(dirname(this.app), 0o755);
    fs.mkdir(this.app, 0o755);
    writeText(fs, join(this.app, "conf"), "the user's own", 0o600);
    for (const path of [this.home, dirname(this.app), this.app, join(this.app, "conf")]) {
      fs.chown(path, OWNER.uid, OWNER.gid);
    }
  }

  wanted(text: string): Wanted {
    const paths = [
      this.copy("~/.config/app/conf", text),
      this.link("~/.config/app/link", text),
      this.copy("~/.config/app/new/deep", text),
    ].map((path) => ({
      ...path,
      ...(this.owner && { owner: this.owner }),
      state: path.state.kind === "file" && this.owner
        ? { ...path.state, owner: this.owner }
        : path.state,
    }));
    return { ...NOTHING, paths };
  }

  /** Modes, owners and contents of what is root's. */
  rootsOwn(): string[] {
    const { fs } = this.system;
    return Object.entries(treeOf(this.victim, [], fs)).map(([path, what]) =>
      `${path} ${what} ${fs.lstat(path)?.uid}:${fs.lstat(path)?.gid}`
    );
  }

  /** What holds the secret and is not the original. */
  leaks(): string[] {
    const { fs } = this.system;
    return [this.home, this.root].flatMap((folder) => Object.entries(treeOf(folder, [], fs)))
      .filter(([, what]) => what.includes(SECRET)).map(([path]) => path);
  }
}

/** What a user swaps for a link to what. */
const SWAPS: [string, (stage: Stage) => [path: string, to: string]][] = [
  ["a file", (s) => [join(s.app, "conf"), join(s.victim, "conf")]],
  ["a temporary name", (s) => [besidePath(join(s.app, "conf")), join(s.victim, "conf")]],
  ["its folder", (s) => [s.app, join(s.victim, "app")]],
  ["the folder above", (s) => [dirname(s.app), s.victim]],
  ["the folder of what is held", (s) => [s.held, s.victim]],
];

interface Attack {
  begin(): void;
  end(): void;
}

/** Attacks around the operation with number `at` of those in the home. */
function attacked(stage: Stage, at: number, attack: Attack) {
  let count = 0;
  const wrap = (inner: FileSystem): FileSystem => {
    const fs = Object.create(inner) as Record<string, unknown>;
    for (const name of [...LOOKS, ...CHANGES, "syncDir"] as const) {
      fs[name] = (...args: unknown[]) => {
        const counts = args.some((arg) => String(arg).startsWith(stage.home));
        const strikes = counts && ++count === at;
        if (strikes) attack.begin();
        try {
          // deno-lint-ignore no-explicit-any
          return (inner[name] as any)(...args);
        } finally {
          if (strikes) attack.end();
        }
      };
    }
    fs.as = async (owner: FileOwner) => {
      const own = await inner.as(owner);
      return own === inner ? fs : wrap(own);
    };
    return fs as unknown as FileSystem;
  };
  return { system: { ...stage.system, fs: wrap(stage.system.fs) }, count: () => count };
}

/** Moves what is there away and puts a link in its place; and back again, or not. */
function swap(fs: FileSystem, [path, to]: [string, string], back: boolean): Attack {
  const away = `${path}.away`;
  let done = false;
  return {
    begin() {
      if (fs.lstat(dirname(path))?.kind !== "dir") return;
      if (fs.lstat(path) !== null) fs.rename(path, away);
      fs.symlink(to, path);
      fs.chown(path, OWNER.uid, OWNER.gid);
      done = true;
    },
    end() {
      if (!back || !done || fs.lstat(path)?.kind !== "link") return;
      fs.remove(path);
      if (fs.lstat(away) !== null) fs.rename(away, path);
    },
  };
}

/** What root declares for a user, and at the top level for a user's folder. */
const CASES = [
  ...SWAPS.map((swap) => [...swap, OWNER] as const),
  ...SWAPS.map(([what, choose]) => [`${what}, at the top level`, choose, null] as const),
];

for (const [what, choose, owner] of CASES) {
  for (const back of [true, false]) {
    Deno.test(`swapped: ${what}, ${back ? "for one operation" : "for good"}`, async () => {
      // Nothing is swapped the first time, which tells how many operations there are.
      for (let at = 0, operations = 0; at <= operations; at++) {
        using stage = new Stage(owner);
        const before = stage.rootsOwn();
        const attack = swap(stage.system.fs, choose(stage), back);
        const { system, count } = attacked(stage, at, attack);
        const journey = async () => {
          await stage.apply(stage.wanted("one"), { replace: "all", system });
          // No command can be run here: this one is undone.
          await assert.rejects(
            stage.apply({ ...stage.wanted("two"), runs: [FAILING] }, { replace: "all", system }),
            SysError,
          );
          await stage.apply({}, { replace: "all", system });
        };
        await journey().catch((thrown) => {
          if (at === 0 || !(thrown instanceof SysError)) throw thrown;
        });
        operations = Math.max(operations, count());
        assert.deepEqual(stage.rootsOwn(), before, `at operation ${at}`);
        assert.deepEqual(stage.leaks(), [], `at operation ${at}`);
      }
    });
  }
}

/** Moves a folder of the user's elsewhere, and leaves a link to it. */
function linkElsewhere(stage: Stage): string {
  const elsewhere = join(stage.home, "elsewhere");
  swap(stage.system.fs, [stage.app, elsewhere], false).begin();
  stage.system.fs.rename(`${stage.app}.away`, elsewhere);
  return elsewhere;
}

Deno.test("swapped: a user's link to another folder of the user's is not followed", async () => {
  using stage = new Stage();
  const elsewhere = linkElsewhere(stage);
  await assert.rejects(
    stage.apply(stage.wanted("one"), { replace: "all" }),
    (error) => error instanceof SysError && /app is a link/.test(error.message),
  );
  assert.deepEqual(stage.system.fs.readDir(elsewhere), ["conf"]);
});

Deno.test("swapped: nor is one that comes after the plan", async () => {
  using stage = new Stage();
  const { system, root, store } = stage;
  const wanted = stage.wanted("one");
  const plan = await stage.plan(wanted, { replace: "all" });
  approve(plan);
  const elsewhere = linkElsewhere(stage);
  const provenance = {
    ...{ description: "apply", config: { path: null, source: null } },
    ...{ lock: null, derivations: [], restores: null },
  };
  await assert.rejects(
    perform(system, store, { root, plan, wanted, provenance, adapters: stage.adapters() }),
    (error) => error instanceof SysError && /app is a user's link/.test(error.message),
  );
  assert.deepEqual(system.fs.readDir(elsewhere), ["conf"]);
});

Deno.test("swapped: what becomes a link or a pipe after a look is not read, nor waited for", async () => {
  await withTemporary((dir) => {
    const { fs, host } = realSystem();
    writeText(fs, join(dir, "file"), "the user's");
    writeText(fs, join(dir, "secret"), SECRET);
    fs.symlink("secret", join(dir, "link"));
    const late = Object.create(fs) as FileSystem;
    late.lstat = () => fs.lstat(join(dir, "file"));
    assert.throws(() => stateAt(late, join(dir, "link")), /Cannot open/);
    if (host.os === "windows") return;
    new Deno.Command("mkfifo", { args: [join(dir, "pipe")] }).outputSync();
    assert.throws(() => stateAt(late, join(dir, "pipe")), /Cannot open/);
  });
});

/** What a user does to keep root out. */
const CLOSED: [string, (stage: Stage) => void][] = [
  ["leads to what is root's", (s) => swap(s.system.fs, [s.app, s.victim], false).begin()],
  ["leads in a circle", (s) => swap(s.system.fs, [s.app, s.app], false).begin()],
  ["is closed", (s) => s.system.fs.chmod(s.app, 0)],
];

for (const [what, close] of CLOSED) {
  for (const owner of [OWNER, null]) {
    Deno.test(`swapped: a folder that ${what} keeps out what goes there, and nothing else${owner ? "" : ", at the top level"}`, async () => {
      using stage = new Stage(owner);
      const before = stage.rootsOwn();
      await stage.apply(stage.wanted("one"), { replace: "all" });
      close(stage);
      const etc = join(stage.dir, "etc");
      const roots = { paths: [{ ...stage.link("~/etc", "root's"), path: etc, target: etc }] };
      await assert.rejects(
        stage.apply({ paths: [...stage.wanted("two").paths, ...roots.paths] }, { replace: "all" }),
        /app/,
      );
      await stage.apply(roots);
      assert.equal(stage.system.fs.lstat(etc)?.kind, "link");
      assert.deepEqual(stage.rootsOwn(), before);
      await stage.apply({});
      assert.deepEqual(stage.rootsOwn(), before);
      // What the user had is not lost.
      const { originals } = readOriginals(stage.system.fs, stage.root);
      assert.ok(originals.some(({ path }) => path === join(stage.app, "conf")));
    });
  }
}
