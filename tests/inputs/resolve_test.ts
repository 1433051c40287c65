import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { SysError } from "../../src/errors.ts";
import { lockInputs, type Resolution } from "../../src/inputs/resolve.ts";
import type { InputOptions } from "../../src/inputs/resolve_options.ts";
import type { InputSpec } from "../../src/inputs/types.ts";
import { realSystem } from "../../src/system/real.ts";
import { discard, withTemporary } from "../support/temporary.ts";
import { commit, git, needsGit } from "../support/git_repository.ts";

type Declared = Record<string, string | Partial<InputSpec>>;

/** A folder with a config, a cache and repositories. */
class World {
  readonly dir: string;
  /** What each input's `init.lua` declares, by a word that the file contains. */
  readonly below: Record<string, Declared> = {};
  readonly fetched: string[] = [];

  constructor(readonly root: string) {
    this.dir = join(root, "config");
    mkdirSync(this.dir);
  }

  repo(name: string): string {
    return join(this.root, name);
  }

  url(name: string): string {
    return `git:file://${this.repo(name)}`;
  }

  get lock(): string {
    return readFileSync(join(this.dir, "syslua.lock"), "utf8");
  }

  resolve(declared: Declared, more: Partial<InputOptions> = {}): Promise<Resolution> {
    const system = realSystem();
    return lockInputs(system, {
      dir: this.dir,
      lockPath: join(this.dir, "syslua.lock"),
      cacheDir: join(this.root, "cache"),
      write: true,
      onFetch: (name) => this.fetched.push(name),
      declaredBy: (folder) => {
        const text = readFileSync(join(folder, "init.lua"), "utf8");
        const key = Object.keys(this.below).find((word) => text.includes(word));
        return Promise.resolve(key === undefined ? {} : specs(this.below[key]));
      },
      ...more,
    }, specs(declared));
  }

  async refuses(declared: Declared, message: RegExp, more: Partial<InputOptions> = {}) {
    let found: SysError | null = null;
    await assert.rejects(this.resolve(declared, more), (error: SysError) => {
      assert.ok(error instanceof SysError, String(error));
      found = error;
      assert.equal(error.kind, "input");
      assert.match([error.message, ...error.notes].join("\n"), message);
      return true;
    });
    return found! as SysError;
  }
}

function specs(declared: Declared): Record<string, InputSpec> {
  const empty = { url: null, ref: null, dir: null, follows: {} };
  return Object.fromEntries(
    Object.entries(declared).map(([name, value], n) => [name, {
      ...empty,
      place: { file: "init.lua", line: n + 2 },
      ...(typeof value === "string" ? { url: value } : value),
    }]),
  );
}

function inWorld(name: string, test: (world: World) => Promise<void>) {
  Deno.test({ ...needsGit(name), fn: () => withTemporary((dir) => test(new World(dir))) });
}

inWorld(
  "an input is resolved, fetched and locked, and from then on exactly that",
  async (world) => {
    const first = commit(world.repo("lib"), { "init.lua": "return {}", "bin/tool": "one" });
    chmodSync(join(world.repo("lib"), "bin/tool"), 0o755);
    const second = commit(world.repo("lib"), { "init.lua": "return { 2 }" });
    assert.notEqual(first, second);

    const { inputs, changes } = await world.resolve({ lib: world.url("lib") });
    const lib = inputs.get("lib")!;
    assert.equal(lib.rev, second);
    assert.equal(lib.lastModified, 1700000000);
    assert.equal(readFileSync(join(lib.path, "init.lua"), "utf8"), "return { 2 }");
    assert.deepEqual(realSystem().fs.readDir(lib.path), ["bin", "init.lua"]);
    assert.deepEqual(changes.map(({ name, from, to }) => [name, from, to?.rev]), [
      ["lib", null, second],
    ]);

    const lock = world.lock;
    commit(world.repo("lib"), { "init.lua": "return { 3 }" });
    const again = await world.resolve({ lib: world.url("lib") });
    assert.deepEqual(again.inputs, inputs);
    assert.deepEqual(again.changes, []);
    assert.equal(world.lock, lock);
    assert.deepEqual(world.fetched, ["lib"]);

    discard(join(world.root, "cache"));
    const elsewhere = await world.resolve({ lib: world.url("lib") });
    assert.deepEqual(elsewhere.inputs, inputs);
    assert.equal(world.lock, lock);
  },
);

inWorld("without leave to write, the lock stays as it is", async (world) => {
  commit(world.repo("lib"), { "a": "1" });
  const { inputs, changes } = await world.resolve({ lib: world.url("lib") }, { write: false });
  assert.equal(changes.length, 1);
  assert.ok(inputs.get("lib"));
  assert.deepEqual(realSystem().fs.readDir(world.dir), []);
});

inWorld("branches, tags and revisions are what they are called", async (world) => {
  const repo = world.repo("lib");
  const first = commit(repo, { "a": "1" });
  git(repo, "tag", "-a", "v1", "-m", "One");
  git(repo, "branch", "feature/x");
  const second = commit(repo, { "a": "2" });
  const check = async (ref: string, rev: string) => {
    const { inputs } = await world.resolve(
      { lib: { url: world.url("lib"), ref } },
      { lockPath: join(world.root, `${ref.replace("/", "-")}.lock`) },
    );
    assert.equal(inputs.get("lib")?.rev, rev, ref);
  };
  await check("main", second);
  await check("v1", first);
  await check("feature/x", first);
  await check(first, first);
  await check(first.slice(0, 10), first);
  const error = await world.refuses(
    { lib: { url: world.url("lib"), ref: "nope" } },
    /no such branch/,
  );
  assert.match(error.hint!, /main.*v1/);
  assert.deepEqual(error.place, { file: "init.lua", line: 2 });
  await world.refuses({ lib: { url: world.url("lib"), ref: "0".repeat(40) } }, /does not have it/);
});

inWorld(
  "`update` moves what is named to the latest, and says from where to where",
  async (world) => {
    const old = commit(world.repo("a"), { "a": "1" });
    const other = commit(world.repo("b"), { "b": "1" });
    const declared = { a: world.url("a"), b: world.url("b") };
    await world.resolve(declared);
    const fresh = commit(world.repo("a"), { "a": "2" });
    commit(world.repo("b"), { "b": "2" });

    const dry = await world.resolve(declared, { update: ["a"], write: false });
    assert.deepEqual(dry.changes.map((c) => [c.name, c.from?.rev, c.to?.rev]), [["a", old, fresh]]);
    assert.equal((await world.resolve(declared)).inputs.get("a")?.rev, old);
    await world.resolve(declared, { update: ["a"] });
    const { inputs } = await world.resolve(declared);
    assert.equal(inputs.get("a")?.rev, fresh);
    assert.equal(inputs.get("b")?.rev, other);
    const all = await world.resolve(declared, { update: "all" });
    assert.deepEqual(all.changes.map((change) => change.name), ["b"]);
    assert.deepEqual((await world.resolve(declared, { update: "all" })).changes, []);
    const error = await world.refuses(declared, /no such input/, { update: ["c"] });
    assert.match(error.hint!, /a, b/);
  },
);

inWorld(
  "a config that says something else than the lock is an error, until updated",
  async (world) => {
    commit(world.repo("a"), { "a": "1" });
    commit(world.repo("b"), { "a": "1" });
    await world.resolve({ lib: world.url("a") });
    const error = await world.refuses(
      { lib: world.url("b") },
      /config says .*\/b, .*lock says .*\/a/,
    );
    assert.match(error.hint!, /sys update lib/);
    await world.refuses({ lib: { url: world.url("a"), ref: "main" } }, /config says .*#main/);
    await world.resolve({ lib: world.url("b") }, { update: ["lib"] });
    await world.resolve({ lib: world.url("b") }, { frozen: true });
  },
);

inWorld("frozen, any change of the lock is an error", async (world) => {
  commit(world.repo("a"), { "a": "1" });
  await world.refuses({ a: world.url("a") }, /frozen/, { frozen: true });
  await world.resolve({ a: world.url("a") });
  await world.resolve({ a: world.url("a") }, { frozen: true });
  const lock = world.lock;
  await world.refuses({ a: world.url("a"), b: world.url("a") }, /"b".*frozen/, { frozen: true });
  await world.refuses({}, /"a".*frozen/, { frozen: true });
  await world.refuses({ a: world.url("a") }, /frozen/, { frozen: true, update: "all" });
  assert.equal(world.lock, lock);
  await world.resolve({});
  assert.equal(JSON.parse(world.lock).inputs.a, undefined);
});

inWorld("offline, what is cached works and the rest is listed", async (world) => {
  commit(world.repo("a"), { "a": "1" });
  commit(world.repo("b"), { "b": "1" });
  commit(world.repo("c"), { "c": "1" });
  await world.resolve({ a: world.url("a") });
  rmSync(world.repo("a"), { recursive: true });
  const { inputs } = await world.resolve({ a: world.url("a") }, { offline: true });
  assert.equal(readFileSync(join(inputs.get("a")!.path, "a"), "utf8"), "1");
  const missing = { a: world.url("a"), b: world.url("b"), c: world.url("c") };
  const error = await world.refuses(missing, /2 inputs/, { offline: true });
  assert.match(error.notes.join("\n"), /"b".*not in the cache[\s\S]*"c".*not in the cache/);
});

inWorld("the end of a fetch is told, also of one that fails", async (world) => {
  commit(world.repo("lib"), { "init.lua": "return {}" });
  const told: string[] = [];
  const more = {
    onFetch: (name: string) => told.push(`${name} begins`),
    onFetched: (name: string) => told.push(`${name} ends`),
  };
  await world.resolve({ lib: world.url("lib") }, more);
  assert.deepEqual(told.splice(0), ["lib begins", "lib ends"]);
  const right = JSON.parse(world.lock).inputs.lib.hash;
  const wrong = world.lock.replace(right, `sha256-${"A".repeat(43)}=`);
  writeFileSync(join(world.dir, "syslua.lock"), wrong);
  await assert.rejects(world.resolve({ lib: world.url("lib") }, more));
  assert.deepEqual(told, ["lib begins", "lib ends"]);
});

inWorld("content that is not what the lock says is refused, with both hashes", async (world) => {
  commit(world.repo("a"), { "a": "1" });
  await world.resolve({ a: world.url("a") });
  const lock = join(world.dir, "syslua.lock");
  const right = JSON.parse(world.lock).inputs.a.hash;
  const wrong = `sha256-${"A".repeat(43)}=`;
  writeFileSync(lock, world.lock.replace(right, wrong));
  const error = await world.refuses({ a: world.url("a") }, /not what the lock says/);
  assert.deepEqual(error.notes, [`locked:  ${wrong}`, `fetched: ${right}`]);
  const left = cached(world);
  assert.deepEqual(left.filter((name) => name.startsWith(".tmp")), []);
  assert.equal(left.length, 1);
});

inWorld("what a killed fetch has left is removed after a day", async (world) => {
  commit(world.repo("a"), { "a": "1" });
  const inputs = join(world.root, "cache", "inputs");
  for (const [name, age] of [[".tmp-old", 2 * 86400], [".tmp-new", 60]] as const) {
    mkdirSync(join(inputs, name, "half"), { recursive: true });
    chmodSync(join(inputs, name, "half"), 0o555);
    const time = Date.now() / 1000 - age;
    utimesSync(join(inputs, name), time, time);
  }
  await world.resolve({ a: world.url("a") });
  const left = realSystem().fs.readDir(inputs).filter((name) => name.startsWith("."));
  assert.deepEqual(left, [".tmp-new"]);
});

inWorld("a cached input that was edited is fetched again", async (world) => {
  commit(world.repo("a"), { "a": "1", "b/c": "2" });
  const declared = { a: world.url("a") };
  const { path } = (await world.resolve(declared)).inputs.get("a")!;
  const edits: (() => void)[] = [
    () => {
      chmodSync(join(path, "a"), 0o644);
      writeFileSync(join(path, "a"), "edited");
    },
    () => {
      chmodSync(join(path, "b"), 0o755);
      writeFileSync(join(path, "b", "more"), "");
    },
    () => {
      chmodSync(path, 0o755);
      rmSync(join(path, "a"));
    },
    // Nothing but the content, as far as anybody can hide it.
    () => {
      const { atime, mtime, mode } = statSync(join(path, "a"));
      chmodSync(join(path, "a"), 0o644);
      writeFileSync(join(path, "a"), "2");
      chmodSync(join(path, "a"), mode);
      utimesSync(join(path, "a"), atime, mtime);
    },
  ];
  for (const edit of edits) {
    edit();
    await world.refuses(declared, /not in the cache/, { offline: true });
    await world.resolve(declared);
    assert.equal(readFileSync(join(path, "a"), "utf8"), "1");
    assert.deepEqual(realSystem().fs.readDir(join(path, "b")), ["c"]);
    await world.resolve(declared, { offline: true });
  }
});

inWorld("a revision that the server no longer has is an error that says so", async (world) => {
  commit(world.repo("a"), { "a": "1" });
  await world.resolve({ a: world.url("a") });
  rmSync(world.repo("a"), { recursive: true });
  discard(join(world.root, "cache"));
  commit(world.repo("a"), { "a": "another history" });
  const error = await world.refuses({ a: world.url("a") }, /does not have it/);
  assert.match(error.hint!, /sys update/);
});

inWorld("inputs of inputs are locked too, and may follow others", async (world) => {
  world.below["inputs of lib"] = { dep: world.url("dep"), shared: world.url("old") };
  commit(world.repo("lib"), { "init.lua": "-- inputs of lib" });
  const dep = commit(world.repo("dep"), { "init.lua": "return {}" });
  commit(world.repo("old"), { "which": "old" });
  const now = commit(world.repo("new"), { "which": "new" });
  const declared = {
    lib: { url: world.url("lib"), follows: { shared: "mine" } },
    mine: world.url("new"),
  };
  const { inputs } = await world.resolve(declared);
  assert.deepEqual([...inputs.keys()], ["lib", "lib/dep", "lib/shared", "mine"]);
  assert.equal(inputs.get("lib/dep")?.rev, dep);
  assert.equal(inputs.get("lib/shared")?.rev, now);
  assert.equal(inputs.get("lib/shared")?.path, inputs.get("mine")?.path);
  assert.deepEqual(Object.keys(JSON.parse(world.lock).inputs), ["lib", "lib/dep", "mine"]);

  const fresh = commit(world.repo("dep"), { "init.lua": "return { 2 }" });
  assert.equal((await world.resolve(declared)).inputs.get("lib/dep")?.rev, dep);
  const updated = await world.resolve(declared, { update: ["lib"] });
  assert.deepEqual(updated.changes.map((c) => [c.name, c.to?.rev]), [["lib/dep", fresh]]);

  await world.refuses(
    { ...declared, lib: { url: world.url("lib"), follows: { other: "mine" } } },
    /has no input "other"/,
  );
  await world.refuses(
    { ...declared, lib: { url: world.url("lib"), follows: { shared: "theirs" } } },
    /no input here/,
  );
});

inWorld("inputs that go round are an error", async (world) => {
  world.below["inputs of a"] = { b: world.url("b") };
  world.below["inputs of b"] = { a: world.url("a") };
  commit(world.repo("a"), { "init.lua": "-- inputs of a" });
  commit(world.repo("b"), { "init.lua": "-- inputs of b" });
  await world.refuses({ a: world.url("a") }, /an input of itself/);
});

inWorld("local folders are used in place and not locked", async (world) => {
  mkdirSync(join(world.dir, "lib", ".git"), { recursive: true });
  writeFileSync(join(world.dir, "lib", "init.lua"), "return {}");
  symlinkSync("lib", join(world.dir, "link"));
  const declared = { lib: "path:./lib", same: "path:./link" };
  const { inputs, changes } = await world.resolve(declared, { frozen: true });
  assert.equal(inputs.get("lib")?.path, join(world.dir, "lib"));
  assert.equal(inputs.get("same")?.hash, inputs.get("lib")?.hash);
  assert.deepEqual(changes, []);
  writeFileSync(join(world.dir, "lib", ".git", "index"), "changes all the time");
  const unchanged = await world.resolve(declared);
  assert.equal(unchanged.inputs.get("lib")?.hash, inputs.get("lib")?.hash);
  writeFileSync(join(world.dir, "lib", "init.lua"), "return { 2 }");
  const edited = await world.resolve(declared);
  assert.notEqual(edited.inputs.get("lib")?.hash, inputs.get("lib")?.hash);
  await world.refuses({ lib: "path:./nowhere" }, /does not exist/);
  await world.refuses({ lib: "path:./lib/init.lua" }, /not a folder/);
});

inWorld("a fetched input reaches nothing of this machine", async (world) => {
  mkdirSync(join(world.root, "secret"));
  const within = join(world.root, "served");
  commit(within, { "init.lua": "-- inputs of served", "part/x": "1" });
  symlinkSync("/etc", join(within, "out"));
  const rev = commit(within, {});
  const server = await serveGit(world.root);
  try {
    const declared = { lib: `git:git://127.0.0.1:${server.port}/served` };
    const check = async (below: Declared, message: RegExp) => {
      world.below["inputs of served"] = below;
      await world.refuses(declared, message);
    };
    await check({ x: "path:../secret" }, /only name its own folders/);
    await check({ x: `path:${world.root}/secret` }, /only name its own folders/);
    await check({ x: "path:~/" }, /only name its own folders/);
    await check({ x: "path:./out" }, /link out of/);
    await check({ x: `git:file://${within}` }, /repositories of this machine/);
    world.below["inputs of served"] = { x: "path:./part" };
    const { inputs } = await world.resolve(declared);
    assert.equal(inputs.get("lib")?.rev, rev);
    assert.equal(inputs.get("lib/x")?.path, join(inputs.get("lib")!.path, "part"));
  } finally {
    await server.stop();
  }
});

inWorld("`dir` chooses a folder inside, and no link out of it", async (world) => {
  symlinkIn(world.repo("lib"), "out", "/etc");
  commit(world.repo("lib"), { "lua/lib/init.lua": "return {}" });
  const url = world.url("lib");
  const { inputs } = await world.resolve({ lib: { url, dir: "lua/lib" } });
  assert.deepEqual(realSystem().fs.readDir(inputs.get("lib")!.path), ["init.lua"]);
  await world.refuses({ lib: { url, dir: "nope" } }, /no folder "nope"/);
  await world.refuses({ lib: { url, dir: "out" } }, /no folder "out"/);
});

inWorld(
  "the same revision is the same content, whatever Git is told to do to files",
  async (world) => {
    const repo = world.repo("lib");
    commit(repo, {
      ".gitattributes": "*.txt text eol=crlf\nid.c ident\nsecret export-ignore\nv export-subst\n",
      "a.txt": "one\ntwo\n",
      "id.c": "$Id$",
      "secret": "here",
      "v": "$Format:%H$",
      "empty": "",
      "höhe/größe": "é",
    });
    symlinkIn(repo, "link", "a.txt");
    commit(repo, {});
    const path = (await world.resolve({ lib: world.url("lib") })).inputs.get("lib")!.path;
    const read = (name: string) => readFileSync(join(path, name), "utf8");
    assert.equal(read("a.txt"), "one\ntwo\n");
    assert.equal(read("id.c"), "$Id$");
    assert.equal(read("secret"), "here");
    assert.equal(read("v"), "$Format:%H$");
    assert.equal(read("empty"), "");
    assert.equal(read("höhe/größe"), "é");
    assert.equal(realSystem().fs.readLink(join(path, "link")), "a.txt");
  },
);

inWorld("many at once share a repository and a cache", async (world) => {
  const rev = commit(world.repo("lib"), { "a": "1" });
  const declared = Object.fromEntries(Array.from("abcdef", (name) => [name, world.url("lib")]));
  const { inputs } = await world.resolve(declared);
  assert.deepEqual([...inputs.values()].map((input) => input.rev), Array(6).fill(rev));
  assert.equal(new Set([...inputs.values()].map((input) => input.path)).size, 1);
  assert.equal(cached(world).length, 1);
});

function symlinkIn(repo: string, name: string, target: string) {
  mkdirSync(repo, { recursive: true });
  symlinkSync(target, join(repo, name));
}

/** `git daemon` on loopback, at a port that was free a moment ago. */
async function serveGit(folder: string): Promise<{ port: number; stop: () => Promise<void> }> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    const child = new Deno.Command("git", {
      args: ["daemon", "--listen=127.0.0.1", `--port=${port}`, `--base-path=${folder}`]
        .concat("--export-all", "--reuseaddr", "--max-connections=8", "--verbose", folder),
      stdout: "null",
      stderr: "piped",
      detached: true,
    }).spawn();
    const said = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let told = "";
    const read = async () => {
      const { value, done } = await said.read();
      told += value ?? "";
      return !done;
    };
    // Somebody else may answer at the port, too.
    while (!/Ready to rumble/.test(told) && await read());
    if (/Ready to rumble/.test(told)) {
      const ended = (async () => {
        while (await read());
      })();
      const stop = async () => {
        Deno.kill(-child.pid, "SIGKILL");
        await Promise.all([child.status, ended]);
      };
      return { port, stop };
    }
    await child.status;
  }
  throw new Error("git daemon did not start");
}

/** Names in the cache, those of seals left out. */
function cached({ root }: World): string[] {
  return realSystem().fs.readDir(join(root, "cache", "inputs"))
    .filter((name) => !name.endsWith(".seal"));
}
