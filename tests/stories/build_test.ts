/** Building without applying. */
import assert from "node:assert/strict";
import { story } from "../support/story.ts";

const CONFIG = `return { setup = function()
  derive { name = "hello", version = "1.0", outputs = { "out", "doc" }, config = function(_, ctx)
    ctx.run("echo hello")
    ctx.write(ctx.out .. "/hello", "hello\\n")
    ctx.write(ctx.outputs.doc, "read me\\n")
  end }
  local bad = derive { name = "bad", config = function(_, ctx)
    ctx.write("notes", "so far\\n")
    ctx.run("echo trying; exit 3")
  end }
  derive { name = "above", opts = { bad }, config = function() end }
  derive { name = "worse", config = function(_, ctx) ctx.fetch_url("file:///nowhere", "") end }
  derive { name = "random", config = function(_, ctx)
    ctx.run("od -An -N8 -tx1 /dev/urandom > random")
    ctx.copy("random", ctx.out)
  end }
end }
`;

story("building without applying", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["build", "--config", ".", "--out-link", "result", "hello"], { cwd: "." });
  await s.shell("readlink result result-doc; cat result/hello");
  s.write("mine", "mine\n");
  await s.sys(["build", "--config", ".", "--out-link", "mine", "hello"]);
  await s.sys(["gc", "--all"]);
  Deno.removeSync(s.at("result-doc"));
  await s.sys(["gc"]);
  await s.sys(["gc", "--all"]);
  await s.shell("cat result/hello mine");
  const args = ["build", "--config", ".", "--keep-going", "--jobs", "1", "above", "worse", "hello"];
  const { stdout, code } = await s.sys([...args, "--json"], { unseen: true });
  assert.equal(code, 1);
  const { error } = JSON.parse(stdout);
  assert.equal(error.message, "Cannot build 2 of 4 derivations: bad, worse");
  assert.equal(error.errors.length, 2);
  const { stderr } = await s.sys(["build", "--config", ".", "--keep-failed", "bad"], {
    unseen: true,
  });
  const [, kept] = /\n {2}its folder is kept: (\S+)\n/.exec(stderr)!;
  assert.equal(Deno.readTextFileSync(`${kept}/tmp/notes`), "so far\n");
});

story("who deletes the store is told of links that lead nowhere without it", async (s) => {
  s.write("init.lua", CONFIG);
  await s.sys(["build", "--config", ".", "--out-link", "result", "hello"], { unseen: true });
  await s.sys(["destroy", "--store", "--dry-run"]);
  await s.sys(["destroy", "--store", "--yes"]);
  await s.shell("readlink result > link; test -e result || echo gone");
});

story("a build of nothing says so", async (s) => {
  s.write("init.lua", CONFIG);
  const { stderr } = await s.sys(["build", "--config", "."], { unseen: true });
  assert.match(stderr, /no activation uses a derivation.*: above, bad, hello, random, worse\n/);
  s.write("init.lua", "return { setup = function() end }\n");
  const { code, stderr: nothing } = await s.sys(["build", "--config", "."], { unseen: true });
  assert.match(nothing, /Nothing to build: the config declares no derivation/);
  assert.equal(code, 0);
});

story("a build that does not repeat, and how long it takes", async (s) => {
  s.write("init.lua", CONFIG);
  const check = ["build", "--config", ".", "--check", "random"];
  const { stderr, code } = await s.sys(check, { unseen: true });
  assert.equal(code, 1);
  const [, second] = /\n {2}second: (\S+) /.exec(stderr)!;
  const [, offset, one, two] =
    /the output itself differs at byte (\d+), in line 1: "(.*)", then "(.*)"/.exec(stderr)!;
  assert.equal(Deno.readTextFileSync(second), `${two}\n`);
  assert.notEqual(one[Number(offset)], two[Number(offset)]);
  const timed = ["build", "--config", ".", "--timings"];
  const { timings } = JSON.parse(
    (await s.sys([...timed, "hello", "--json"], { unseen: true })).stdout,
  );
  assert.deepEqual(timings.builds.map(({ name }: { name: string }) => name), ["hello"]);
  assert.ok(timings.builds[0].commands > 0);
  assert.ok(timings.phases.some(({ name }: { name: string }) => name === "evaluate"));
  assert.match((await s.sys([...timed, "hello"], { unseen: true })).stderr, /^total +[\d.]+ s$/m);
});

story("hashes, and what each is for", async (s) => {
  s.write("file", "content\n");
  s.write("folder/file", "content\n");
  for (const how of [[], ["--nar"], ["--form", "hex"]]) await s.sys(["hash", "file", ...how]);
  await s.sys(["hash", "folder"]);
  const json = async (...args: string[]) =>
    JSON.parse((await s.sys(["hash", ...args, "--json"], { unseen: true })).stdout);
  const { hash, of, hashes } = await json("file");
  assert.deepEqual([hash, of], [hashes.file, "file"]);
  assert.equal((await json(`file://${s.home}/file`)).hashes.nar, hashes.nar);
  assert.equal((await json("folder")).hashes.file, null);
  const made = `return { setup = function() derive { name = "x", sha256 = "${hashes.file}",
    config = function(_, ctx) ctx.write(ctx.out, "content\\n") end } end }`;
  s.write("init.lua", made);
  await s.sys(["build", "--config", ".", "x"]);
  s.write("init.lua", made.replace(hashes.file, hashes.nar));
  assert.equal((await s.sys(["build", "--config", ".", "x"], { unseen: true })).code, 0);
});
