import assert from "node:assert/strict";
import { type Call, type Config, failureOf, Refused, text, World } from "./support.ts";

/** Runs operations one after the other; gives what the last one gave. */
function check(title: string, calls: readonly Call[], expected: unknown) {
  Deno.test(`ops: ${title}`, async () => {
    using world = new World();
    let last: unknown;
    await world.build(function* ({ outputs }) {
      for (const [op, ...args] of calls) {
        last = yield [op, ...args.map((arg) => arg === "$out" ? outputs.out : arg)];
      }
      if (!(yield ["exists", outputs.out])) yield ["write", outputs.out, "made"];
    });
    assert.deepEqual(last, expected);
  });
}

/** The same, where the last operation fails; `expected` is found in its message. */
function refuses(title: string, calls: readonly Call[], expected: RegExp) {
  Deno.test(`ops refuse: ${title}`, async () => {
    using world = new World();
    let said = "";
    await world.build(function* ({ outputs }) {
      for (const [n, call] of calls.entries()) {
        try {
          yield call;
        } catch (thrown) {
          assert.ok(thrown instanceof Refused);
          assert.equal(n, calls.length - 1, thrown.message);
          said = thrown.message;
        }
      }
      yield ["write", outputs.out, "made"];
    });
    assert.match(said, expected);
    assert.deepEqual(world.leftovers(), []);
  });
}

check("write, read", [["write", "a/b", "text\u00e4"], ["read", "a/b"]], "text\u00e4");
check("write replaces", [["write", "a", "1"], ["write", "a", "2"], ["read", "a"]], "2");
check("exists: no", [["exists", "a"]], false);
check("exists: a dangling link does", [["symlink", "nowhere", "a"], ["exists", "a"]], true);
check("list is sorted", [["write", "d/b", ""], ["write", "d/a", ""], ["list", "d"]], ["a", "b"]);
check("mkdir twice", [["mkdir", "a/b"], ["mkdir", "a/b"], ["list", "a"]], ["b"]);
check("copy a file into a folder", [
  ["write", "a", "x"],
  ["mkdir", "d"],
  ["copy", "a", "d"],
  ["list", "d"],
], ["a"]);
check("copy a file to a path with a slash", [
  ["write", "a", "x"],
  ["copy", "a", "d/e/"],
  ["list", "d/e"],
], ["a"]);
check("copy merges folders", [
  ["write", "one/x", "1"],
  ["write", "one/sub/y", "1"],
  ["write", "two/sub/z", "2"],
  ["write", "two/x", "2"],
  ["copy", "one", "two"],
  ["glob", "two/**/*"],
], ["two/sub", "two/sub/y", "two/sub/z", "two/x"]);
check("copy replaces a file", [
  ["write", "one/x", "1"],
  ["write", "two/x", "2"],
  ["copy", "one", "two"],
  ["read", "two/x"],
], "1");
check("move", [["write", "a", "x"], ["move", "a", "b/c"], ["exists", "a"]], false);
check("remove a folder", [["write", "a/b/c", "x"], ["remove", "a"], ["exists", "a"]], false);
check("remove nothing", [["remove", "a"], ["exists", "a"]], false);
check("remove ctx.tmp empties it", [["write", "a", ""], ["remove", "."], ["list", "."]], []);
check("glob: stars and dots", [
  ["write", "d/.hidden", ""],
  ["write", "d/a.txt", ""],
  ["write", "d/b.md", ""],
  ["glob", "d/*"],
], ["d/a.txt", "d/b.md"]);
check("glob: braces and sets", [
  ["write", "a1", ""],
  ["write", "b2", ""],
  ["write", "c3", ""],
  ["glob", "{a,b}[0-9]"],
], ["a1", "b2"]);
check("glob: nothing", [["glob", "none/*"]], []);
check("substitute: longest first, all of them", [
  ["write", "a", "x xy x"],
  ["substitute", "a", { x: "1", xy: "2" }],
  ["read", "a"],
], "1 2 1");
check("read through a link inside", [
  ["write", "a", "x"],
  ["symlink", "a", "b"],
  ["read", "b"],
], "x");
check("log gives nothing", [["log", "words"]], null);
check("run gives stdout", [["run", "echo out; echo err >&2", null, {}]], "out\n");
check("run: argv", [["run", ["printf", "%s-%s", "a b", "$HOME"], null, {}]], "a b-$HOME");
check("run: stdin, cwd and env", [
  ["mkdir", "d"],
  ["run", 'cat; echo "$A$B$(basename "$PWD")"', { stdin: "in:", cwd: "d", env: { B: "2" } }, {
    A: "1",
  }],
], "in:12d\n");
check(
  "run: a failure that is asked for",
  [["run", "echo so; exit 3", { check: false }, {}]],
  "so\n",
);
check("run: the fixed environment", [
  ["run", 'echo "$HOME $LANG $TZ $SOURCE_DATE_EPOCH"', null, {}],
], "/dev/null/homeless-shelter C.UTF-8 UTC 315532800\n");
check("run: nothing of the user's environment", [
  ["run", "env | cut -d= -f1 | sort | tr '\\n' ' '", null, {}],
], "HOME LANG PATH PKG_CONFIG_LIBDIR PWD SOURCE_DATE_EPOCH TMPDIR TZ _ ".replace("_ ", ""));

/** Builds in a process of its own, since all threads of one have the same umask. */
const UNDER_UMASK = `
import { World } from ${JSON.stringify(import.meta.resolve("./support.ts"))};
using world = new World();
const out = await world.build(function* ({ outputs }) {
  yield ["run", "touch made; mkdir new", null, {}];
  const modes = yield ["run", "ls -ld made new | cut -c-10; umask", null, {}];
  yield ["write", outputs.out, modes, {}];
});
console.log(Deno.readTextFileSync(out) + Deno.umask().toString(8));
`;

Deno.test({
  name: "run: files get the same permissions whatever the user's umask is",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: [
        ...["-c", 'umask 077; exec "$0" eval --no-check --config "$1" "$2"'],
        ...[Deno.execPath(), new URL("../../deno.json", import.meta.url).pathname, UNDER_UMASK],
      ],
    }).output();
    const decoder = new TextDecoder();
    assert.equal(
      decoder.decode(stdout),
      "-rw-r--r--\ndrwxr-xr-x\n0022\n77\n",
      decoder.decode(stderr),
    );
  },
});

// Nor can root, without a sandbox.
refuses("run: a home is not there and cannot be made", [
  ["run", 'mkdir -p "$HOME/made"', null, {}],
], /it ended with code/);
refuses("reading outside", [["read", "/etc/passwd"]], /^Cannot read \/etc\/passwd: .*outside/);
refuses("reading upwards", [["read", "../../../../etc/passwd"]], /outside of the build/);
refuses("reading through a link", [["symlink", "/etc", "e"], ["read", "e/passwd"]], /outside/);
refuses("reading what is too large", [
  ["run", "head -c 16777217 /dev/zero > large", null, {}],
  ["read", "large"],
], /^Cannot read .*large: it has more than 16 MiB/);
check("what is just not too large is read", [
  ["run", "head -c 16777216 /dev/zero > large", null, {}],
  ["read", "large"],
], "\0".repeat(16 << 20));
refuses("writing outside", [["write", "/tmp/sys-build-never", "x"]], /outside of the build/);
refuses("writing through a link", [["symlink", "/tmp", "t"], ["write", "t/x", ""]], /outside/);
refuses("making folders through a dangling link", [
  ["symlink", "/tmp/sys-none/a", "t"],
  ["mkdir", "t/b"],
], /outside/);
refuses("copying from outside", [["copy", "/etc/hostname", "h"]], /outside of the build/);
refuses(
  "copying through a link",
  [["symlink", "/etc/hostname", "h"], ["copy", "h", "i"]],
  /outside/,
);
refuses("listing outside", [["list", "/"]], /outside of the build/);
refuses("looking outside", [["exists", "/etc/passwd"]], /outside of the build/);
refuses("searching outside", [["glob", "/etc/*"]], /outside of the build/);
refuses("searching through a link", [["symlink", "/etc", "e"], ["glob", "*/hostname"]], /outside/);
refuses("removing outside", [["remove", "/tmp/x"]], /outside of the build/);
refuses("moving a link's target", [["symlink", "/tmp", "t"], ["move", "t/x", "y"]], /outside/);
refuses("chmod through a link", [["symlink", "/etc", "t"], ["chmod", "t", "0777"]], /is a link/);
refuses("reading nothing", [["read", "none"]], /^Cannot read .*\/none: nothing is there$/);
refuses("reading bytes", [["run", "printf '\\377' > a", null, {}], ["read", "a"]], /not UTF-8/);
refuses("a folder into itself", [["mkdir", "a"], ["copy", "a", "a/b"]], /inside it/);
refuses("a file onto itself", [["write", "a", ""], ["copy", "a", "a"]], /that is itself/);
refuses(
  "substituting what is not there",
  [["write", "a", "x"], ["substitute", "a", { y: "" }]],
  /"y" is not in it/,
);
refuses("an unknown operation", [["frobnicate"]], /Cannot call ctx.frobnicate/);
refuses("a program that fails", [["run", "echo bad; exit 3", null, {}]], /ended with code 3/);
refuses("a script whose middle fails", [["run", "false\ntrue", null, {}]], /code 1/);
refuses(
  "a program that hangs",
  [["run", "sleep 60", { timeout: 0.2 }, {}]],
  /not done after 0.2 s/,
);
refuses("running outside", [["run", "true", { cwd: "/" }, {}]], /outside of the build/);
refuses("a placeholder of another build", [
  ["write", "a", `/syslua-out-${"0".repeat(32)}`],
], /does not use/);
refuses("a URL without a hash", [["fetch_url", "http://127.0.0.1/", ""]], /it has no hash/);

Deno.test("ops: modes and links arrive in the store", async () => {
  using world = new World();
  const out = await world.build(function* ({ outputs }) {
    yield ["write", `${outputs.out}/bin/a`, "#!/bin/sh\n", { executable: true }];
    yield ["write", `${outputs.out}/b`, "b"];
    yield ["write", `${outputs.out}/c`, "c"];
    yield ["chmod", `${outputs.out}/c`, 0o755];
    yield ["symlink", "bin/a", `${outputs.out}/d`];
  });
  assert.equal(Deno.statSync(`${out}/bin/a`).mode! & 0o777, 0o555);
  assert.equal(Deno.statSync(`${out}/b`).mode! & 0o777, 0o444);
  assert.equal(Deno.statSync(`${out}/c`).mode! & 0o777, 0o555);
  assert.equal(Deno.readLinkSync(`${out}/d`), "bin/a");
});

Deno.test("ops: what failed is seen by pcall, and the build goes on", async () => {
  using world = new World();
  const config: Config = function* ({ outputs }) {
    try {
      yield ["read", "none"];
    } catch {
      yield ["write", outputs.out, "other way"];
    }
  };
  assert.equal(text(await world.build(config)), "other way");
});

Deno.test("ops: a recipe that gives up says why, where and what came out", async () => {
  using world = new World();
  const error = await failureOf(() =>
    world.build(function* () {
      yield ["run", "echo one; echo two >&2; exit 4", null, {}];
    })
  );
  assert.equal(error.kind, "build");
  assert.match(error.message, /^Cannot build thing0: Cannot run echo one; .*code 4$/);
  assert.deepEqual(error.place, { file: "init.lua", line: 9 });
  assert.ok(error.notes.includes("one") && error.notes.includes("two"), error.notes.join("\n"));
  assert.match(error.hint!, /sys log thing0/);
  const log = text(`${world.store.dir}/log/${world.derivations[0].hash}.log`);
  assert.match(log, /^one$/m);
  assert.deepEqual(world.leftovers(), []);
  assert.equal(world.store.outputsOf(world.derivations[0].hash), null);
});
