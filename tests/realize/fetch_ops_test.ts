/** The fetching operations, from within a recipe. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { toDigest } from "../../src/digest.ts";
import { hashTree } from "../../src/store/nar.ts";
import { gzipSync } from "node:zlib";
import { realSystem } from "../../src/system/real.ts";
import { tar } from "../fetch/unpack/archives.ts";
import { failureOf, text, World } from "./support.ts";
import { Server } from "../fetch/http/server.ts";

const digestOf = (bytes: Uint8Array | string, algorithm: "sha256" | "sha512" = "sha256") =>
  toDigest(algorithm, createHash(algorithm).update(bytes).digest());

const ARCHIVE = gzipSync(tar([{ name: "top/file", content: "inner" }]));

Deno.test("fetch_url: a read-only file with the URL's name, fetched once for all builds", async () => {
  using world = new World();
  await using server = new Server(() => ({ body: "content" }));
  const url = server.url("/dir/some%20tool?x=1#y");
  // Root may write everywhere, where no sandbox is in the way.
  const attempt = Deno.uid() === 0 ? "echo no" : 'echo x > "$file" || echo no';
  const things = ["a", "b"].map((name) =>
    world.derive(name, function* ({ outputs }) {
      const path = yield ["fetch_url", url, digestOf("content")];
      yield ["log", path];
      const run = yield ["run", `file=${path}; cat $file; ${attempt}`, null, {}];
      yield ["write", outputs.out, `${run}${path.split("/").pop()}`];
    })
  );
  const made = await world.realize(things, { sandbox: "auto" });
  const out = text(world.store.pathOf(made.get(things[0].hash)!.out));
  assert.equal(out, "contentno\nsome-tool");
  assert.equal(server.asked.length, 1);
  assert.ok(world.events.some((e) => e.kind === "download" && e.bytes === 7 && e.total === 7));
});

Deno.test("fetch_url: name, executable, unpack", async () => {
  using world = new World();
  const script = "#!/bin/sh\necho ran\n";
  await using server = new Server(({ path }) => ({ body: path === "/script" ? script : ARCHIVE }));
  let unpacked = "";
  const out = await world.build(function* ({ outputs }) {
    const tool = yield ["fetch_url", server.url("/script"), digestOf(script), {
      name: "tool",
      executable: true,
    }];
    assert.match(tool, /\/tool$/);
    unpacked = yield ["fetch_url", server.url("/thing-1.0.tar.gz"), digestOf(ARCHIVE), {
      unpack: true,
    }];
    const inner = yield ["read", `${unpacked}/top/file`];
    yield ["write", outputs.out, inner + (yield ["run", [tool], null, {}])];
  });
  assert.equal(text(out), "innerran\n");
  assert.match(unpacked, /\/thing-1\.0$/);
});

Deno.test("fetch_url: mirrors, headers and auth reach the server", async () => {
  using world = new World();
  await using bad = new Server(() => ({ status: 404 }));
  await using server = new Server(() => ({ body: "content" }));
  await world.build(function* ({ outputs }) {
    const opts = { headers: { "X-One": "1" }, auth: { user: "me", password: "p" } };
    yield [
      "copy",
      yield ["fetch_url", [bad.url(), server.url()], digestOf("content"), opts],
      outputs.out,
    ];
  });
  assert.equal(server.asked[0].headers["x-one"], "1");
  assert.equal(server.asked[0].headers.authorization, `Basic ${btoa("me:p")}`);
});

Deno.test("fetch_url: a wrong hash fails the build with both, and nothing is kept", async () => {
  using world = new World();
  await using server = new Server(() => ({ body: "other" }));
  const error = await failureOf(() =>
    world.build(function* () {
      yield ["fetch_url", server.url(), digestOf("content")];
    })
  );
  assert.equal(error.kind, "fetch");
  assert.match(error.message, /^Cannot build thing0: Cannot fetch http/);
  assert.ok(
    error.message.includes(digestOf("other")) && error.message.includes(digestOf("content")),
  );
  const names = [...Deno.readDirSync(`${world.path}/cache/downloads`)].filter((e) => e.isFile);
  assert.deepEqual(names, []);
  assert.deepEqual(world.leftovers(), []);
});

Deno.test("fetch_url: downloads of several derivations run side by side, also with one job", async () => {
  using world = new World();
  let waiting = 0;
  let all = () => {};
  const together = new Promise<void>((resolve) => all = resolve);
  await using server = new Server(async ({ path }) => {
    // Nobody is answered before all have asked.
    if (++waiting === 10) all();
    await together;
    return { body: path };
  });
  const things = Array.from(
    { length: 10 },
    (_, n) =>
      world.derive(`thing${n}`, function* ({ outputs }) {
        yield ["copy", yield ["fetch_url", server.url(`/${n}`), digestOf(`/${n}`)], outputs.out];
      }),
  );
  assert.equal((await world.realize(things, { jobs: 1 })).size, 10);
});

/** A repository with a submodule in a submodule. */
async function repositories(world: World): Promise<{ url: string; rev: string; first: string }> {
  const git = async (args: string[], cwd: string) => {
    const settings = [
      "-c",
      "user.name=n",
      "-c",
      "user.email=e@localhost",
      "-c",
      "protocol.file.allow=always",
    ];
    const { code, stdout, stderr } = await new Deno.Command("git", {
      args: [...settings, ...args],
      cwd,
      env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  let below: string | null = null;
  for (const name of ["deep", "sub", "main"]) {
    const path = `${world.path}/repos/${name}`;
    Deno.mkdirSync(path, { recursive: true });
    await git(["init", "-q", "-b", "main"], path);
    Deno.writeTextFileSync(`${path}/file`, `first of ${name}`);
    Deno.writeTextFileSync(`${path}/program`, "#!/bin/sh\n");
    Deno.chmodSync(`${path}/program`, 0o755);
    Deno.symlinkSync("file", `${path}/link`);
    if (below !== null) {
      await git(["submodule", "--quiet", "add", `../${below}`, `mods/${below}`], path);
    }
    await git(["add", "-A"], path);
    await git(["commit", "-q", "-m", "first"], path);
    below = name;
  }
  const path = `${world.path}/repos/main`;
  const first = await git(["rev-parse", "HEAD"], path);
  Deno.writeTextFileSync(`${path}/file`, "second of main");
  await git(["commit", "-q", "-a", "-m", "second"], path);
  return { url: `file://${path}`, rev: await git(["rev-parse", "HEAD"], path), first };
}

const git = { ignore: realSystem().processes.which("git") === null };

Deno.test({
  name: `fetch_git: the tree of exactly that commit, without .git${
    git.ignore ? " (skipped: no git)" : ""
  }`,
  ...git,
  fn: async () => {
    using world = new World();
    const { url, rev, first } = await repositories(world);
    const trees: string[] = [];
    for (const at of [rev, first]) {
      trees.push(
        await world.build(function* ({ outputs }) {
          yield ["copy", yield ["fetch_git", url, at, null], outputs.out];
        }),
      );
    }
    assert.deepEqual(trees.map((path) => text(`${path}/file`)), [
      "second of main",
      "first of main",
    ]);
    assert.equal(Deno.readLinkSync(`${trees[0]}/link`), "file");
    assert.equal(Deno.statSync(`${trees[0]}/program`).mode! & 0o777, 0o555);
    assert.equal(world.system.fs.lstat(`${trees[0]}/.git`), null);
    assert.deepEqual([...Deno.readDirSync(`${trees[0]}/mods/sub`)], []);
  },
});

Deno.test({
  name: `fetch_git: submodules, also their own${git.ignore ? " (skipped: no git)" : ""}`,
  ...git,
  fn: async () => {
    using world = new World();
    const { url, rev } = await repositories(world);
    const path = await world.build(function* ({ outputs }) {
      yield ["copy", yield ["fetch_git", url, rev, null, { submodules: true }], outputs.out];
    });
    assert.equal(text(`${path}/mods/sub/file`), "first of sub");
    assert.equal(text(`${path}/mods/sub/mods/deep/file`), "first of deep");
    assert.equal(world.system.fs.lstat(`${path}/mods/sub/.git`), null);
  },
});

Deno.test({
  name: `fetch_git: all files have one time, whenever they were written${
    git.ignore ? " (skipped: no git)" : ""
  }`,
  ...git,
  fn: async () => {
    using world = new World();
    const { url, rev } = await repositories(world);
    let printed = "";
    await world.build(function* ({ outputs }) {
      const tree = yield ["fetch_git", url, rev, null, { submodules: true }];
      printed = yield [
        "run",
        `find ${tree} -type f -exec stat -c %Y {} + | sort | uniq -c`,
        null,
        {},
      ];
      yield ["write", outputs.out, ""];
    });
    // Two files of each of three repositories, and what names the submodules of two.
    assert.equal(printed.trim(), "8 315532800");
  },
});

Deno.test({
  name: `fetch_git: a branch needs a hash, and the hash is checked${
    git.ignore ? " (skipped: no git)" : ""
  }`,
  ...git,
  fn: async () => {
    using world = new World();
    const { url, rev } = await repositories(world);
    const fetch = (at: string, hash: string | null) =>
      world.build(function* ({ outputs }) {
        yield ["copy", yield ["fetch_git", url, at, hash], outputs.out];
      });
    assert.match((await failureOf(() => fetch("main", null))).message, /"main" is no commit/);
    const hash = toDigest("sha256", hashTree(world.system.fs, await fetch(rev, null)));
    assert.equal(text(`${await fetch("main", hash)}/file`), "second of main");
    const wrong = await failureOf(() => fetch(rev, digestOf("other")));
    assert.ok(wrong.message.includes(hash) && wrong.message.includes(digestOf("other")));
    const unknown = await failureOf(() => fetch("0".repeat(40), null));
    assert.match(unknown.message, /does not have it/);
    assert.deepEqual(world.leftovers(), []);
  },
});

/** A registry with one package, in one way or another. */
function npm(
  title: string,
  options: {
    environment?: (server: Server) => Record<string, string>;
    npmrc?: (server: Server) => string;
    project?: (server: Server) => string;
    name?: string;
    /** Path of the tarball; others are not found. */
    tarball: string;
    authorization?: string;
  },
) {
  Deno.test(`fetch_npm: ${title}`, async () => {
    const name = options.name ?? "thing";
    const body = "tarball";
    await using server: Server = new Server(({ path, headers }) => {
      if (options.authorization && headers.authorization !== options.authorization) {
        return { status: 401 };
      }
      if (path === options.tarball) return { body };
      if (path.toLowerCase() !== `/npm/${name.replace("/", "%2f")}`) return { status: 404 };
      const tarball = server.url(options.tarball);
      return { body: JSON.stringify({ versions: { "1.2.3": { dist: { tarball } } } }) };
    });
    using world = new World();
    const environment = options.environment?.(server) ?? {};
    const host = Object.create(world.system.host);
    Object.defineProperties(host, {
      env: { value: (key: string) => environment[key] },
      home: { value: `${world.path}/home` },
      cwd: { value: `${world.path}/project` },
    });
    for (
      const [folder, content] of [["home", options.npmrc], ["project", options.project]] as const
    ) {
      Deno.mkdirSync(`${world.path}/${folder}`);
      if (content) Deno.writeTextFileSync(`${world.path}/${folder}/.npmrc`, content(server));
    }
    const thing = world.derive("thing", function* ({ outputs }) {
      const path = yield ["fetch_npm", name, "1.2.3", digestOf(body, "sha512")];
      assert.match(path, /\/thing-1\.2\.3\.tgz$/);
      yield ["copy", path, outputs.out];
    });
    const made = await world.realize([thing], {}, { ...world.system, host });
    assert.equal(text(world.store.pathOf(made.get(thing.hash)!.out)), body);
  });
}

const usual = "/npm/thing/-/thing-1.2.3.tgz";
npm("the registry of the environment", {
  environment: (server) => ({ npm_config_registry: server.url("/npm") }),
  tarball: usual,
});
npm("the environment wins over .npmrc", {
  environment: (server) => ({ npm_config_registry: server.url("/npm/") }),
  npmrc: () => "registry=http://127.0.0.1:1/",
  tarball: usual,
});
npm("the registry and token of the user's .npmrc", {
  npmrc: (server) =>
    `registry = ${server.url("/npm/")}\n; comment\n//${
      new URL(server.url()).host
    }/npm/:_authToken=\${TOKEN}\n`,
  environment: () => ({ TOKEN: "secret" }),
  authorization: "Bearer secret",
  tarball: usual,
});
npm("the project's .npmrc wins over the user's", {
  npmrc: () => "registry=http://127.0.0.1:1/",
  project: (server) => `registry="${server.url("/npm/")}"`,
  tarball: usual,
});
npm("a scope's own registry", {
  name: "@scope/thing",
  npmrc: (server) => `registry=http://127.0.0.1:1/\n@scope:registry=${server.url("/npm/")}`,
  tarball: "/npm/@scope/thing/-/thing-1.2.3.tgz",
});
npm("a tarball elsewhere, as the package's page tells", {
  environment: (server) => ({ npm_config_registry: server.url("/npm/") }),
  tarball: "/elsewhere/x.tgz",
});
npm("user and password for a registry", {
  npmrc: (server) => {
    const host = new URL(server.url()).host;
    return `registry=${server.url("/npm/")}\n//${host}/:username=me\n//${host}/:_password=${
      btoa("pw")
    }\n`;
  },
  authorization: `Basic ${btoa("me:pw")}`,
  tarball: usual,
});

Deno.test("fetch_npm: names and versions that are none, and packages that are not there", async () => {
  using world = new World();
  await using server = new Server(({ path }) =>
    path === "/thing" ? { body: JSON.stringify({ versions: {} }) } : { status: 404 }
  );
  const host = Object.assign(Object.create(world.system.host), {
    env: (key: string) => key === "npm_config_registry" ? server.url("/") : undefined,
  });
  const fetch = (name: string, version: string) =>
    failureOf(() => {
      const thing = world.derive(`${world.derivations.length}`, function* () {
        yield ["fetch_npm", name, version, digestOf("", "sha512")];
      });
      return world.realize([thing], {}, { ...world.system, host });
    });
  assert.match((await fetch("../up", "1.0.0")).message, /no package's name/);
  assert.match((await fetch("thing", "latest")).message, /no exact version/);
  assert.match((await fetch("thing", "1.0.0")).message, /no such version/);
  assert.match((await fetch("other", "1.0.0")).message, /answered 404/);
});
