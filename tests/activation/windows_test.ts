/** Activations in the worlds of Windows: what is wanted can be held there, is done, is seen as done, and goes again. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bind } from "../../src/activation/bind.ts";
import { materialize } from "../../src/activation/materialize.ts";
import { SysError } from "../../src/errors.ts";
import { outputPlaceholder } from "../../src/manifest/placeholder.ts";
import type { Action, Activation, DerivationHash } from "../../src/manifest/types.ts";
import type { Wanted } from "../../src/plan/types.ts";
import type { LinkSupport } from "../../src/platform/links.ts";
import { withStoredModes } from "../../src/store/stored_modes.ts";
import { makeFolders } from "../../src/system/folders.ts";
import type { FileSystem, System } from "../../src/system/mod.ts";
import { type World, WORLDS } from "../support/worlds/world.ts";
import { Rig, treeOf } from "./support.ts";

const PLACE = { file: "init.lua", line: 7 };

/** A rig on a fresh machine of a world. */
class WorldRig extends Rig {
  readonly links: LinkSupport;

  constructor(world: World) {
    const system = world.system();
    const root = `${world.home}/rig/root`;
    super(withStoredModes(system, root));
    this.links = world.has.fileLinks ? "everything" : "folders";
    this.another = () => withStoredModes(world.system({ disk: system.disk }), root);
  }

  /** The machine as another process sees it, which has given nothing its permissions. */
  readonly another: () => System;

  write(path: string, text: string, mode = 0o644) {
    const { fs } = this.system;
    makeFolders(fs, path.slice(0, path.lastIndexOf("/")));
    const file = fs.create(path, mode);
    file.write(Buffer.from(text));
    file.close();
  }

  /** Texts of the files that the last `wanted` has added to the store. */
  texts: readonly string[] = [];

  wanted(actions: readonly Action[], known: ReadonlyMap<string, string> = new Map()): Wanted {
    const activation = { id: "1", name: "test", user: null, project: null, place: PLACE, actions };
    const scope = { user: "me", topLevel: true, home: this.home, root: this.root };
    const bound = bind([{ ...activation, after: [] } as unknown as Activation], scope, {
      system: this.system,
      store: this.store,
      links: this.links,
      services: { unitPath: (name) => `${this.home}/units/${name}` },
      known,
    });
    this.texts = bound.files.map(({ content }) => Buffer.from(content).toString());
    return materialize(this.system.fs, this.store, bound);
  }
}

const link = (target: string, text: string): Action => ({
  ...{ kind: "link", source: { text, executable: false }, target, mutable: false, force: false },
});
const copy = (target: string, text: string, mode: number | null): Action => ({
  ...{ kind: "copy", source: { text, executable: true }, target, mode },
  ...{ owner: null, mutable: false, force: false },
});

/** All that lies below a folder and is a user's. */
const homeOf = (rig: Rig) => treeOf(rig.home, [], rig.system.fs);

function textOf(fs: FileSystem, path: string): string {
  return Buffer.from(fs.readFile(path)).toString();
}

for (const world of WORLDS.filter(({ os }) => os === "windows")) {
  const { name } = world;
  const actions = (rig: WorldRig): Action[] => [
    link("~/.vimrc", "set number\n"),
    copy("~/bin/tool", "#!/bin/sh\n", null),
    copy("~/secret", "s", 0o600),
    copy("~/locked", "l", 0o444),
    { kind: "env", name: "EDITOR", op: "set", values: ["vim"], separator: "" } as Action,
    { kind: "profile", dir: `${rig.dir}/package/bin`, priority: 100 },
  ];

  Deno.test(`${name}: an apply ends, the next one has nothing to do, and all of it goes again`, async () => {
    using rig = new WorldRig(world);
    rig.write(`${rig.dir}/package/bin/rg.exe`, "MZ");
    rig.write(`${rig.home}/.vimrc`, "mine\n", 0o444);
    rig.write(`${rig.home}/secret`, "mine too\n");
    const before = homeOf(rig);
    const wanted = rig.wanted(actions(rig));
    assert.ok((await rig.apply(wanted, { replace: "all" })).snapshot);
    const { fs } = rig.system;
    assert.equal(textOf(fs, `${rig.home}/.vimrc`), "set number\n");
    assert.equal(textOf(fs, `${rig.home}/locked`), "l");
    assert.match(textOf(fs, `${rig.root}/profile/bin/rg.cmd`), /package\\bin\\rg\.exe" %\*/);
    // Another process sees what the disk shows, and it is what was wanted.
    const again = await rig.plan(rig.wanted(actions(rig)), {}, rig.another());
    assert.deepEqual(again.steps, []);
    assert.deepEqual(again.unmanaged, []);
    assert.equal((await rig.apply(rig.wanted(actions(rig)))).snapshot, null);
    await rig.apply({});
    assert.deepEqual(homeOf(rig), before);
    assert.equal(fs.lstat(`${rig.root}/profile`), null);
  });

  Deno.test(`${name}: what sys needs of its own is no link`, async () => {
    using rig = new WorldRig(world);
    rig.write(`${rig.dir}/package/bin/rg.exe`, "MZ");
    await rig.apply(rig.wanted(actions(rig)));
    const links: string[] = [];
    const look = (path: string) => {
      const kind = rig.system.fs.lstat(path)?.kind;
      if (kind === "link") links.push(path);
      if (kind === "dir") rig.system.fs.readDir(path).forEach((one) => look(`${path}/${one}`));
    };
    look(rig.root);
    assert.deepEqual(links, []);
  });

  Deno.test(`${name}: an apply that fails gives originals back`, async () => {
    using rig = new WorldRig(world);
    rig.write(`${rig.home}/.vimrc`, "mine\n", 0o444);
    rig.write(`${rig.home}/secret`, "mine too\n");
    const before = homeOf(rig);
    const wanted = rig.wanted([
      ...actions(rig).slice(0, 4),
      { kind: "run", command: "false", check: null, undo: null, on: "change" } as Action,
    ]);
    await assert.rejects(rig.apply(wanted, { replace: "all" }), (thrown) => {
      assert.ok(thrown instanceof SysError && thrown.kind === "activation", String(thrown));
      return true;
    });
    assert.deepEqual(homeOf(rig), before);
  });

  Deno.test(`${name}: a folder is linked by a junction, wherever its path leads by other links`, async () => {
    using rig = new WorldRig(world);
    const { fs } = rig.system;
    rig.write(`${rig.dir}/really/here/file`, "x");
    fs.symlink(`${rig.dir}/really`, `${rig.dir}/by`);
    const source = { path: `${rig.dir}/by/here` };
    const action: Action = { kind: "link", source, target: "~/x", mutable: true, force: false };
    const wanted = rig.wanted([action]);
    await rig.apply(wanted);
    assert.equal(textOf(fs, `${rig.home}/x/file`), "x");
    assert.equal(fs.readLink(`${rig.home}/x`), `${rig.dir}/really/here`);
    assert.deepEqual((await rig.plan(rig.wanted([action]))).steps, []);
    await rig.apply(rig.wanted([{ ...action, source: { path: `${rig.dir}/really` } }]));
    assert.equal(textOf(fs, `${rig.home}/x/here/file`), "x");
    await rig.apply({});
    assert.equal(fs.lstat(`${rig.home}/x`), null);
    assert.equal(textOf(fs, `${rig.dir}/really/here/file`), "x");
  });

  Deno.test(`${name}: a file that is written names paths as Windows takes them`, () => {
    using rig = new WorldRig(world);
    const known = new Map([[
      outputPlaceholder("a".repeat(64) as DerivationHash, "out"),
      "/c/store/tool",
    ]]);
    const [placeholder] = known.keys();
    rig.wanted([link("~/rc", `path=${placeholder}/bin\n`)], known);
    const [text] = rig.texts;
    assert.equal(text, "path=C:/store/tool/bin\n");
  });

  Deno.test(`${name}: lists of folders are joined as Windows does`, () => {
    using rig = new WorldRig(world);
    const values = ["~/bin", "C:/tools"];
    const { env } = rig.wanted([
      { kind: "env", name: "PATH", op: "prepend", values, separator: ":" } as Action,
      { kind: "env", name: "FLAGS", op: "append", values: ["-a", "-b"], separator: " " } as Action,
    ]);
    const home = rig.home.replace("/c/", "C:\\").replaceAll("/", "\\");
    assert.deepEqual(env, { FLAGS: "$FLAGS -a -b", PATH: `${home}\\bin;C:\\tools;$PATH` });
  });

  Deno.test(`${name}: links in a folder that is copied are links, or what they lead to`, async () => {
    using rig = new WorldRig(world);
    rig.write(`${rig.dir}/tree/file`, "x");
    rig.write(`${rig.dir}/tree/sub/other`, "y");
    if (world.has.fileLinks) rig.system.fs.symlink("file", `${rig.dir}/tree/link`);
    rig.system.fs.symlink(`${rig.dir}/tree/sub`, `${rig.dir}/tree/junction`);
    const source = { path: `${rig.dir}/tree` };
    const action: Action = {
      ...{ kind: "copy", source, target: "~/copy", mode: null, owner: null },
      ...{ mutable: false, force: false },
    };
    await rig.apply(rig.wanted([action]));
    const { fs } = rig.system;
    assert.equal(textOf(fs, `${rig.home}/copy/junction/other`), "y");
    if (world.has.fileLinks) assert.equal(fs.readLink(`${rig.home}/copy/link`), "file");
    assert.deepEqual((await rig.plan(rig.wanted([action]))).steps, []);
  });

  const REFUSED = ["~/CON", "~/x/nul.txt", "~/a:b", "~/dot.", "~/blank ", "~/a\tb", "~/what?"];
  for (const target of REFUSED) {
    Deno.test(`${name}: ${JSON.stringify(target)} is refused before anything is done`, () => {
      using rig = new WorldRig(world);
      assert.throws(() => rig.wanted([link(target, "x")]), (thrown) => {
        assert.ok(thrown instanceof SysError && thrown.kind === "config", String(thrown));
        assert.match(thrown.message, /^Cannot put anything at ~\//);
        assert.deepEqual(thrown.place, PLACE);
        return true;
      });
    });
  }

  Deno.test(`${name}: a target can be written as Windows does`, () => {
    using rig = new WorldRig(world);
    for (const target of ["C:\\Users\\maria\\x", "C:/Users/maria/x", "/c/Users/maria/x"]) {
      const [path] = rig.wanted([copy(target, "x", null)]).paths;
      assert.equal(path.path, "/c/Users/maria/x");
    }
  });
}

for (const world of WORLDS) {
  const { name, has } = world;
  Deno.test(`${name}: targets that differ by case are ${has.twoCases ? "two" : "refused"}`, () => {
    using rig = new WorldRig(world);
    const two = () => rig.wanted([copy("~/Makefile", "a", null), copy("~/makefile", "b", null)]);
    if (has.twoCases) return assert.equal(two().paths.length, 2);
    assert.throws(two, (thrown) => {
      assert.ok(thrown instanceof SysError && thrown.kind === "config");
      assert.match(String(thrown.hint), /~\/Makefile and ~\/makefile are one name/);
      return true;
    });
  });
}
