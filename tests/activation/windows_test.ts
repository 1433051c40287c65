/** Activations in the worlds of Windows: what is wanted can be held there, is done, is seen as done, and goes again. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bind } from "../../src/activation/bind.ts";
import { materialize } from "../../src/activation/materialize.ts";
import { SysError } from "../../src/errors.ts";
import type { Action, Activation } from "../../src/manifest/types.ts";
import type { Wanted } from "../../src/plan/types.ts";
import type { LinkSupport } from "../../src/platform/links.ts";
import { withStoredModes } from "../../src/store/stored_modes.ts";
import { makeFolders } from "../../src/system/folders.ts";
import type { FileSystem } from "../../src/system/mod.ts";
import { type World, WORLDS } from "../support/worlds/world.ts";
import { Rig, treeOf } from "./support.ts";

const PLACE = { file: "init.lua", line: 7 };

/** A rig on a fresh machine of a world. */
class WorldRig extends Rig {
  readonly links: LinkSupport;

  constructor(world: World) {
    super(withStoredModes(world.system(), `${world.home}/rig/root`));
    this.links = world.has.fileLinks ? "everything" : "folders";
  }

  write(path: string, text: string, mode = 0o644) {
    const { fs } = this.system;
    makeFolders(fs, path.slice(0, path.lastIndexOf("/")));
    const file = fs.create(path, mode);
    file.write(Buffer.from(text));
    file.close();
  }

  wanted(actions: readonly Action[]): Wanted {
    const activation = { id: "1", name: "test", user: null, project: null, place: PLACE, actions };
    const scope = { user: "me", topLevel: true, home: this.home, root: this.root };
    const bound = bind([{ ...activation, after: [] } as unknown as Activation], scope, {
      system: this.system,
      store: this.store,
      links: this.links,
      services: { unitPath: (name) => `${this.home}/units/${name}` },
      known: new Map(),
    });
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
    const again = await rig.plan(rig.wanted(actions(rig)));
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
