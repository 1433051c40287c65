import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { shortHash, toDigest } from "../../src/digest.ts";
import type { SysError } from "../../src/errors.ts";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { BUFFER_SIZE } from "../../src/store/buffer.ts";
import { hashTree } from "../../src/store/nar.ts";
import { hashPart, type ObjectName } from "../../src/store/names.ts";
import { openStore } from "../../src/store/store.ts";
import { realSystem } from "../../src/system/real.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { fell, grow, inTemp, type Tree } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const DRV = "d".repeat(64) as DerivationHash;

/** Text of a file, below any number of folders. */
function read(path: string): string {
  return Buffer.from(fs.readFile(path)).toString("latin1");
}

function inStore(test: (store: ReturnType<typeof openStore>, folder: string) => void) {
  return () => inTemp(fs, (folder) => test(openStore(system, `${folder}/root`), folder));
}

/** Makes a tree at the scratch path of DRV and registers it. The function gets the scratch path. */
function build(
  store: ReturnType<typeof openStore>,
  tree: (scratch: string) => Tree,
  options: Partial<Parameters<typeof store.register>[0]> = {},
) {
  const { name = "thing", version = "1.0" } = options;
  const scratch = store.scratchPath(DRV, "out", name, version);
  store.addFile("makes-the-folders", Buffer.from(""), false);
  grow(fs, scratch, tree(scratch));
  const object = store.register({ scratch, name, version, candidates: [], ...options });
  assert.equal(fs.lstat(scratch), null);
  return object;
}

Deno.test(
  "opening a store makes nothing; storing makes it private",
  inStore((store, folder) => {
    const object = store.nameOfFile("a", Buffer.from("a"), false);
    assert.equal(store.has(object), false);
    assert.deepEqual(store.references(object), []);
    assert.equal(store.outputsOf(DRV), null);
    assert.equal(fs.lstat(`${folder}/root`), null);
    store.addFile("a", Buffer.from("a"), false);
    assert.equal(fs.lstat(`${folder}/root`)?.mode, 0o700);
  }),
);

Deno.test("a store for everybody can be read by everybody", () =>
  inTemp(fs, (folder) => {
    const root = `${folder}/root`;
    openStore(system, root, { system: root }).addFile("a", Buffer.from("a"), false);
    assert.equal(fs.lstat(root)?.mode, 0o755);
  }));

for (const executable of [false, true]) {
  Deno.test(
    `a file is stored once, read-only, under the hash of its content (executable: ${executable})`,
    inStore((store, folder) => {
      const content = Buffer.from("hello\n");
      const object = store.addFile("my file", content, executable);
      assert.equal(object, store.nameOfFile("my file", content, executable));
      assert.match(object, /^my-file-[0-9a-z]{32}$/);
      const path = store.pathOf(object);
      assert.equal(path, `${folder}/root/store/obj/${object}`);
      assert.equal(shortHash(hashTree(fs, path)), hashPart(object));
      const info = fs.lstat(path)!;
      assert.equal(info.mode, executable ? 0o555 : 0o444);
      assert.equal(info.mtime, 1);
      assert.equal(store.addFile("my file", content, executable), object);
      assert.equal(fs.lstat(path)!.ino, info.ino);
      assert.deepEqual(fs.readDir(`${store.dir}/tmp`), []);
      assert.deepEqual(fs.readDir(`${store.dir}/refs`), [".files"]);
      assert.ok(store.intact(object));
    }),
  );
}

Deno.test(
  "the objects whose paths are in a file are recorded, also those that come later",
  inStore((store) => {
    const content = (name: string) => Buffer.from(name);
    const [a, b] = ["a", "b"].map((name) => store.nameOfFile(name, content(name), false));
    const text = Buffer.from([a, b, a].map((object) => store.pathOf(object)).join(":"));
    store.addFile("b", content("b"), false);
    const c = store.addFile("c", text, false);
    assert.deepEqual(store.references(c), [b]);
    store.addFile("a", content("a"), false);
    store.addFile("c", text, false);
    assert.deepEqual(store.references(c), [a, b]);
    assert.deepEqual([...store.closure([c])].sort(), [a, b, c]);
    assert.deepEqual([...store.closure([a])], [a]);
  }),
);

const USERS: Tree = {
  dir: {
    "private": { file: "s3cret", mode: 0o600 },
    bin: { dir: { run: { file: "#!/bin/sh\n", mode: 0o4755 }, odd: { link: "../gone" } } },
    empty: { dir: {}, mode: 0o700 },
  },
  mode: 0o711,
};

Deno.test(
  "a folder is copied in canonical form, and the original stays as it is",
  inStore((store, folder) => {
    grow(fs, `${folder}/mine`, USERS);
    const hash = shortHash(hashTree(fs, `${folder}/mine`));
    const before = fs.lstat(`${folder}/mine/bin/run`);
    const object = store.addTree("mine", `${folder}/mine`);
    assert.notEqual(object, `mine-${hash}`, "what is private in it takes part in its name");
    const path = store.pathOf(object);
    const modes = ["", "/private", "/bin", "/bin/run", "/empty"].map((below) => {
      const info = fs.lstat(path + below)!;
      assert.equal(info.mtime, 1, below);
      return info.mode.toString(8);
    });
    assert.deepEqual(modes, ["555", "400", "555", "555", "500"]);
    assert.equal(fs.readLink(`${path}/bin/odd`), "../gone");
    assert.equal(shortHash(hashTree(fs, path)), hash);
    assert.equal(fs.lstat(`${folder}/mine/private`)?.mode, 0o600);
    assert.deepEqual(fs.lstat(`${folder}/mine/bin/run`), before);
    assert.equal(store.addTree("mine", `${folder}/mine`), object);
    assert.equal(store.addTree("mine", `${folder}/mine`, { expected: hash }), object);
    assert.deepEqual(fs.readDir(`${store.dir}/tmp`), []);
    assert.ok(store.intact(object));
  }),
);

for (const tree of [{ file: "text" }, { link: "/somewhere" }, { file: "" }, { dir: {} }]) {
  Deno.test(
    `any kind of thing can be copied: ${JSON.stringify(tree)}`,
    inStore((store, folder) => {
      grow(fs, `${folder}/it`, tree);
      const object = store.addTree("it", `${folder}/it`);
      assert.equal(shortHash(hashTree(fs, store.pathOf(object))), hashPart(object));
      assert.ok(store.intact(object));
    }),
  );
}

Deno.test(
  "what has changed since it was hashed is refused, and nothing is left behind",
  inStore((store, folder) => {
    grow(fs, `${folder}/it`, { dir: { a: { file: "new" } } });
    const expected = "0123456789abcdfghijklmnpqrsvwxyz";
    assert.throws(() => store.addTree("it", `${folder}/it`, { expected }), (thrown: SysError) => {
      assert.equal(thrown.kind, "store");
      assert.match(thrown.message, /it was changed meanwhile/);
      return true;
    });
    for (const part of ["obj", "tmp", "refs"]) {
      assert.deepEqual(fs.readDir(`${store.dir}/${part}`), []);
    }
  }),
);

Deno.test(
  "an output is put in canonical form and named by its content",
  inStore((store) => {
    const object = build(store, () => USERS);
    assert.match(object, /^thing-1\.0-[0-9a-z]{32}$/);
    const path = store.pathOf(object);
    assert.equal(shortHash(hashTree(fs, path)), hashPart(object));
    assert.equal(fs.lstat(path)?.mode, 0o555);
    assert.equal(fs.lstat(`${path}/bin/run`)?.mode, 0o555);
    assert.equal(fs.lstat(`${path}/private`)?.mode, 0o444);
    assert.ok(store.intact(object));
    assert.equal(build(store, () => USERS), object);
  }),
);

Deno.test(
  "an output may be a file or a link",
  inStore((store) => {
    for (const tree of [{ file: "text", mode: 0o755 }, { link: "../x" }]) {
      const object = build(store, () => tree);
      assert.equal(shortHash(hashTree(fs, store.pathOf(object))), hashPart(object));
      assert.ok(store.intact(object));
    }
  }),
);

Deno.test(
  "the scratch path is the same each time, and as long as the final one",
  inStore((store) => {
    const scratch = store.scratchPath(DRV, "out", "n", null);
    assert.equal(scratch, store.scratchPath(DRV, "out", "n", null));
    assert.notEqual(scratch, store.scratchPath(DRV, "doc", "n", null));
    const object = build(store, () => ({ file: "x" }), { name: "n", version: null });
    assert.equal(scratch.length, store.pathOf(object).length);
  }),
);

Deno.test(
  "references are found in contents and links, whole or in pieces; others and itself are not recorded",
  inStore((store) => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((n) => store.addFile(n, Buffer.from(n), false));
    const object = build(store, (scratch) => ({
      dir: {
        text: { file: `exec ${store.pathOf(a)} "$@"` },
        pieces: { file: `\0${hashPart(b)}\0${scratch}` },
        link: { link: `../${c}/x` },
        almost: { file: hashPart(d).slice(1) },
      },
    }), { candidates: [a, b, c, d] });
    assert.deepEqual(store.references(object), [a, b, c].sort());
    assert.deepEqual([...store.closure([object])].sort(), [a, b, c, object].sort());
  }),
);

Deno.test(
  "an output that names itself names its final path, in contents and in links",
  inStore((store) => {
    const object = build(store, (scratch) => ({
      dir: {
        bin: { dir: { it: { file: `#!/bin/sh\nexec ${scratch}/lib/it\n`, mode: 0o755 } } },
        lone: { file: `hash=${scratch.slice(-32)};` },
        link: { link: `${scratch}/bin/it` },
        plain: { file: "plain" },
      },
    }));
    const path = store.pathOf(object);
    assert.equal(read(`${path}/bin/it`), `#!/bin/sh\nexec ${path}/lib/it\n`);
    assert.equal(read(`${path}/lone`), `hash=${hashPart(object)};`);
    assert.equal(fs.readLink(`${path}/link`), `${path}/bin/it`);
    assert.equal(fs.lstat(`${path}/bin/it`)?.mode, 0o555);
    assert.equal(fs.lstat(`${path}/bin/it`)?.mtime, 1);
    assert.ok(store.intact(object));
    assert.deepEqual(fs.readDir(`${store.dir}/tmp`), []);
  }),
);

Deno.test(
  "an output names its final path at every offset around the end of the buffer",
  inStore((store) => {
    const offsets = [-90, -70, -33, -32, -31, -2, -1, 0, 1];
    const object = build(store, (scratch) => ({
      dir: Object.fromEntries(offsets.map((offset) => {
        const text = "/".repeat(BUFFER_SIZE + offset) + scratch + "/".repeat(300);
        return [`at${offset}`, { file: text }];
      })),
    }));
    const path = store.pathOf(object);
    for (const offset of offsets) {
      const text = read(`${path}/at${offset}`);
      assert.equal(text.length, BUFFER_SIZE + offset + path.length + 300);
      assert.equal(text.indexOf(path), BUFFER_SIZE + offset, `at ${offset}`);
    }
    assert.ok(store.intact(object));
  }),
);

Deno.test(
  "another derivation with the same output gets the same object, also when it names itself",
  inStore((store) => {
    const tree = (scratch: string): Tree => ({ dir: { self: { file: `at ${scratch}!` } } });
    const first = build(store, tree);
    const scratch = store.scratchPath("e".repeat(64) as DerivationHash, "out", "thing", "1.0");
    grow(fs, scratch, tree(scratch));
    const second = store.register({ scratch, name: "thing", version: "1.0", candidates: [] });
    assert.equal(second, first);
    assert.equal(fs.lstat(scratch), null);
  }),
);

Deno.test(
  "zeroes in place of the own hash are not taken for the same object",
  inStore((store) => {
    const object = build(store, (scratch) => ({ dir: { self: { file: scratch } } }));
    const zeroes = store.pathOf(object).slice(0, -32) + "0".repeat(32);
    assert.throws(
      () => build(store, () => ({ dir: { self: { file: zeroes } } })),
      /another object has that name/,
    );
  }),
);

Deno.test(
  "an entry that is named by the own hash is refused, by name",
  inStore((store) => {
    assert.throws(
      () => build(store, (scratch) => ({ dir: { [`x-${scratch.slice(-32)}`]: { file: "" } } })),
      (thrown: SysError) => {
        assert.equal(thrown.kind, "build");
        assert.match(thrown.message, /x-[0-9a-z]{32}: its name contains an output's hash/);
        return true;
      },
    );
    assert.equal(fs.readDir(`${store.dir}/obj`).length, 1);
  }),
);

Deno.test(
  "another output of the same derivation is named by its object",
  inStore((store) => {
    const lib = store.scratchPath(DRV, "lib", "thing-lib", "1.0");
    const object = build(store, () => ({ dir: { a: { file: "lib" } } }), { name: "thing-lib" });
    const user = build(store, (scratch) => ({
      dir: { use: { file: `${lib}/a ${scratch}/b` }, link: { link: `${lib}/a` } },
    }), { siblings: new Map([[lib, object]]) });
    const path = store.pathOf(user);
    assert.equal(read(`${path}/use`), `${store.pathOf(object)}/a ${path}/b`);
    assert.equal(fs.readLink(`${path}/link`), `${store.pathOf(object)}/a`);
    assert.deepEqual(store.references(user), [object]);
    assert.ok(store.intact(user));
  }),
);

/** Outputs of one build: name → text, in which `<name>` stands for that output's scratch path. */
function buildAll(store: ReturnType<typeof openStore>, texts: Record<string, string>) {
  store.addFile("makes-the-folders", Buffer.from(""), false);
  const names = Object.keys(texts);
  const scratch = (name: string) => store.scratchPath(DRV, name, name, "1");
  const outputs = names.map((name) => {
    const text = names.reduce((t, n) => t.replaceAll(`<${n}>`, scratch(n)), texts[name]);
    grow(fs, scratch(name), { dir: { text: { file: text } } });
    return { scratch: scratch(name), name, version: "1", candidates: [] };
  });
  return store.registerAll(outputs);
}

Deno.test(
  "outputs of one build may name each other",
  inStore((store) => {
    const [out, lib, doc] = buildAll(store, { out: "<lib> <doc> <out>", lib: "<doc>", doc: "" });
    const [outPath, libPath, docPath] = [out, lib, doc].map((object) => store.pathOf(object));
    assert.equal(read(`${outPath}/text`), `${libPath} ${docPath} ${outPath}`);
    assert.equal(read(`${libPath}/text`), docPath);
    assert.deepEqual(store.references(out), [doc, lib]);
    for (const object of [out, lib, doc]) assert.ok(store.intact(object));
  }),
);

Deno.test(
  "outputs that name each other in a circle are an error",
  inStore((store) => {
    assert.throws(() => buildAll(store, { out: "<lib>", lib: "<out>", doc: "" }), {
      kind: "build",
      message: "Cannot store the outputs out, lib: they name each other",
      notes: ["out names lib in text", "lib names out in text"],
    });
    assert.equal(fs.readDir(`${store.dir}/obj`).length, 1);
  }),
);

Deno.test(
  "files with hard links to the outside are copied, and the outside stays as it is",
  inStore((store, folder) => {
    grow(fs, `${folder}/outside`, { file: "shared", mode: 0o640 });
    const scratch = store.scratchPath(DRV, "out", "thing", null);
    store.addFile("makes-the-folders", Buffer.from(""), false);
    grow(fs, scratch, { dir: { mine: { file: "own" } } });
    fs.link(`${scratch}/mine`, `${scratch}/twin`);
    fs.link(`${folder}/outside`, `${scratch}/outside`);
    const before = fs.lstat(`${folder}/outside`)!;
    const object = store.register({ scratch, name: "thing", version: null, candidates: [] });
    const path = store.pathOf(object);
    assert.deepEqual({
      ...fs.lstat(`${folder}/outside`),
      nlink: 2,
      ctime: before.ctime,
    }, before);
    assert.equal(fs.lstat(`${folder}/outside`)?.nlink, 1);
    assert.equal(read(`${path}/outside`), "shared");
    assert.equal(fs.lstat(`${path}/mine`)?.ino, fs.lstat(`${path}/twin`)?.ino);
    assert.equal(fs.lstat(`${path}/twin`)?.mode, 0o444);
    assert.ok(store.intact(object));
  }),
);

Deno.test(
  "links that a build made are not followed",
  inStore((store, folder) => {
    grow(fs, `${folder}/victim`, { dir: { file: { file: "v", mode: 0o600 } }, mode: 0o700 });
    const before = ["", "/file"].map((below) => fs.lstat(`${folder}/victim${below}`));
    build(store, () => ({
      dir: { folder: { link: `${folder}/victim` }, file: { link: `${folder}/victim/file` } },
    }));
    assert.deepEqual(["", "/file"].map((below) => fs.lstat(`${folder}/victim${below}`)), before);
  }),
);

Deno.test(
  "an output must have the expected content",
  inStore((store) => {
    const tree: Tree = { dir: { a: { file: "a" } } };
    const object = build(store, () => tree);
    const right = toDigest("sha256", hashTree(fs, store.pathOf(object)));
    assert.equal(build(store, () => tree, { expected: right }), object);
    const other: Tree = { dir: { a: { file: "b" } } };
    assert.throws(() => build(store, () => other, { expected: right }), (thrown: SysError) => {
      assert.equal(thrown.kind, "build");
      assert.equal(thrown.notes[0], `expected ${right}`);
      assert.match(thrown.notes[1], /^found {4}sha256-/);
      return true;
    });
    assert.equal(fs.readDir(`${store.dir}/obj`).length, 2);
  }),
);

Deno.test(
  "a socket in an output, or no output at all, is an error of the build",
  inStore((store) => {
    assert.throws(() => build(store, () => ({ dir: {} }), { scratch: `${store.dir}/tmp/none` }), {
      kind: "build",
      message: "Cannot store the output of thing: the build has not made it",
    });
    const scratch = store.scratchPath(DRV, "out", "thing", "2");
    fs.mkdir(scratch, 0o755);
    const listener = Deno.listen({ transport: "unix", path: `${scratch}/s` });
    try {
      assert.throws(
        () => store.register({ scratch, name: "thing", version: "2", candidates: [] }),
        {
          kind: "build",
          message: `Cannot store ${scratch}/s: it is a socket, a pipe or a device`,
        },
      );
    } finally {
      listener.close();
    }
  }),
);

Deno.test(
  "outputs count once they are recorded and all there",
  inStore((store) => {
    const a = store.addFile("a", Buffer.from("a"), false);
    const gone = "gone-0123456789abcdfghijklmnpqrsvwxyz" as ObjectName;
    store.recordOutputs(DRV, { out: a, doc: gone }, { name: "a" });
    assert.equal(store.outputsOf(DRV), null);
    store.recordOutputs(DRV, { out: a, doc: a }, { name: "a/b", version: "../1" });
    assert.deepEqual(store.outputsOf(DRV), { out: a, doc: a });
    assert.deepEqual(JSON.parse(read(`${store.dir}/drv/${DRV}.drv`)), {
      name: "a/b",
      version: "../1",
    });
    assert.deepEqual(fs.readDir(`${store.dir}/pkg`), []);
    store.linkForPeople({ name: "a/b", version: "../1" }, { out: a, doc: a });
    const folder = `${store.dir}/pkg/a-b/-1`;
    const names = fs.readDir(folder);
    assert.deepEqual(names, [`${system.host.arch}-${system.host.os}`, `${names[0]}-doc`]);
    assert.equal(fs.realPath(`${folder}/${names[0]}`), store.pathOf(a));
  }),
);

Deno.test(
  "what another process has built since is seen by who asks for outputs as of now",
  inStore((store, folder) => {
    assert.equal(store.outputsOf(DRV), null);
    const other = openStore(system, `${folder}/root`);
    const out = other.addFile("a", Buffer.from("a"), false);
    other.recordOutputs(DRV, { out }, null);
    assert.equal(store.outputsOf(DRV), null);
    assert.deepEqual(store.outputsNow(DRV), { out });
    assert.deepEqual(store.outputsOf(DRV), { out });
    assert.deepEqual(fs.readDir(`${store.dir}/drv`), [], "nothing was described");
  }),
);

Deno.test(
  "a damaged record of outputs means that they are to be made again",
  inStore((store, folder) => {
    const a = store.addFile("a", Buffer.from("a"), false);
    store.recordOutputs(DRV, { out: a }, null);
    const record = read(`${store.dir}/drv-out/${DRV}`);
    const b = store.addFile("b", Buffer.from("b"), false);
    const edited = record.replace(a, b);
    for (const damage of ["", "{", "[]", '{"out":"../../etc"}', "null", edited]) {
      fs.remove(`${store.dir}/drv-out/${DRV}`);
      grow(fs, `${store.dir}/drv-out/${DRV}`, { file: damage });
      // What was asked for once and not there is not asked for again.
      assert.equal(openStore(system, `${folder}/root`).outputsOf(DRV), null, damage);
    }
  }),
);

Deno.test(
  "what a lost record said is found again in the object; in a damaged one it can't be",
  inStore((store) => {
    const a = store.addFile("a", Buffer.from("a"), false);
    const b = store.addFile("b", Buffer.from(store.pathOf(a)), false);
    fs.remove(`${store.dir}/refs/${b}`);
    grow(fs, `${store.dir}/refs/${b}`, { file: "{}" });
    assert.deepEqual([...store.closure([b])], [b, a]);
    fs.chmod(store.pathOf(b), 0o644);
    Deno.writeTextFileSync(store.pathOf(b), "damaged");
    assert.throws(() => store.closure([b]), { kind: "store" });
  }),
);

Deno.test("outputs are taken over from the system's store whole, and live without it", () =>
  inTemp(fs, async (folder) => {
    const wide = openStore(system, `${folder}/wide`, { shared: true });
    const a = wide.addFile("a", Buffer.from("a"), false);
    const scratch = wide.scratchPath(DRV, "out", "it", null);
    grow(fs, scratch, {
      dir: {
        run: { file: `${scratch} ${wide.pathOf(a)}`, mode: 0o755 },
        link: { link: wide.pathOf(a) },
      },
    });
    const it = wide.register({ scratch, name: "it", version: null, candidates: [a] });
    wide.recordOutputs(DRV, { out: it }, { name: "it" });
    const root = `${folder}/a-longer-root`;
    const store = openStore(system, root, { system: `${folder}/wide` });
    assert.equal(store.has(it), false);
    assert.equal(store.outputsOf(DRV), null);
    assert.equal(fs.lstat(root), null);
    assert.deepEqual(store.takeOver(DRV), { out: it });
    fell(fs, `${folder}/wide`);
    assert.deepEqual(store.outputsOf(DRV), { out: it });
    assert.deepEqual(store.references(it), [a]);
    assert.equal(read(`${store.pathOf(it)}/run`), `${store.pathOf(it)} ${store.pathOf(a)}`);
    assert.equal(fs.readLink(`${store.pathOf(it)}/link`), store.pathOf(a));
    assert.equal(fs.lstat(`${store.pathOf(it)}/run`)?.mode, 0o555);
    assert.deepEqual(await verifyObjects(system, root), []);
    assert.deepEqual(fs.readDir(`${store.dir}/tmp`), []);
  }));

Deno.test("of outputs that are needed those of the system's store are taken over, whatever became of others", () =>
  inTemp(fs, (folder) => {
    const wide = openStore(system, `${folder}/wide`, { shared: true });
    const [out, dev] = ["out", "dev"].map((name) => wide.addFile(name, Buffer.from(name), false));
    wide.recordOutputs(DRV, { out, dev }, { name: "it" });
    // It is for people.
    Deno.writeTextFileSync(`${wide.dir}/drv/${DRV}.drv`, "damaged");
    fs.chmod(`${wide.dir}/obj`, 0o755);
    fell(fs, wide.pathOf(dev));
    const store = openStore(system, `${folder}/root`, { system: `${folder}/wide` });
    assert.equal(store.takeOver(DRV), null);
    assert.deepEqual(store.takeOver(DRV, ["out"]), { out });
    assert.deepEqual(store.outputsOf(DRV, ["out"]), { out });
    assert.equal(store.outputsOf(DRV), null);
  }));

const UNFIT: [string, (wide: ReturnType<typeof openStore>, object: ObjectName) => void][] = [
  ["is lost", (wide, object) => {
    fs.chmod(`${wide.dir}/obj`, 0o755);
    fell(fs, wide.pathOf(object));
  }],
  ["was damaged", (wide, object) => {
    fs.chmod(`${wide.pathOf(object)}/run`, 0o755);
    Deno.writeTextFileSync(`${wide.pathOf(object)}/run`, "damaged");
  }],
  ["has no record", (wide, object) => fs.remove(`${wide.dir}/refs/${object}`)],
  ["is bound to its root", () => {}],
];
for (const [what, spoil] of UNFIT) {
  Deno.test(`what ${what} in the system's store is not taken over`, () =>
    inTemp(fs, (folder) => {
      const wide = openStore(system, `${folder}/wide`, { shared: true });
      const nul = what.startsWith("is bound") ? "\0" : "";
      const object = build(wide, (scratch) => ({ dir: { run: { file: `${nul}${scratch}` } } }));
      wide.recordOutputs(DRV, { out: object }, null);
      spoil(wide, object);
      const store = openStore(system, `${folder}/root`, { system: `${folder}/wide` });
      assert.equal(store.takeOver(DRV), null);
      assert.equal(store.outputsOf(DRV), null);
      assert.equal(store.has(object), false);
    }));
}

const DAMAGE: [string, (path: string) => void][] = [
  ["other content", (path) => {
    fs.chmod(`${path}/bin`, 0o755);
    fs.remove(`${path}/bin/run`);
    grow(fs, `${path}/bin/run`, { file: "#!/bin/ba\n", mode: 0o555 });
  }],
  ["a lost file", (path) => {
    fs.chmod(path, 0o755);
    fs.remove(`${path}/private`);
  }],
  ["a new file", (path) => {
    fs.chmod(path, 0o755);
    grow(fs, `${path}/new`, { file: "" });
  }],
  ["an execute bit", (path) => fs.chmod(`${path}/private`, 0o555)],
];
for (const [what, damage] of DAMAGE) {
  Deno.test(
    `an object with ${what} is not intact`,
    inStore((store) => {
      const object = build(store, () => USERS);
      assert.ok(store.intact(object));
      damage(store.pathOf(object));
      assert.equal(store.intact(object), false);
    }),
  );
}
