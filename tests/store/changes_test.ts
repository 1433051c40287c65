import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { refuseChanged } from "../../src/store/changes.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { openStore } from "../../src/store/store.ts";
import type { System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const DRV = "d".repeat(64) as DerivationHash;

interface World {
  readonly root: string;
  /** A folder with `doc`, `bin/run`, `link`; a file that refers to it. */
  readonly folder: ObjectName;
  readonly user: ObjectName;
  at(object: ObjectName, below?: string): string;
  /** What a new run of the program finds changed, as texts. */
  changed(objects: readonly ObjectName[], fs?: System["fs"]): string[];
}

function inWorld(test: (world: World) => void) {
  return () =>
    inTemp(fs, (temp) => {
      const root = `${temp}/root`;
      const store = openStore(system, root);
      store.addFile("makes-the-folders", Buffer.from(""), false);
      const scratch = store.scratchPath(DRV, "out", "folder", null);
      grow(fs, scratch, {
        dir: {
          doc: { file: "text" },
          bin: { dir: { run: { file: "#!/bin/sh\n", mode: 0o755 } } },
          link: { link: "doc" },
        },
      });
      const folder = store.register({ scratch, name: "folder", version: null, candidates: [] });
      const user = store.addFile("user", Buffer.from(store.pathOf(folder)), false);
      const at = (object: ObjectName, below = "") => `${store.pathOf(object)}${below}`;
      const changed = (objects: readonly ObjectName[], seen = fs) =>
        openStore({ ...system, fs: seen }, root).changed(objects)
          .map(({ path, change }) => `${change} ${path.slice(`${root}/store/obj/`.length)}`);
      test({ root, folder, user, at, changed });
    });
}

/** Writes into a file of an object as an editor does that follows links. */
function edit(path: string, text: string) {
  const { mode } = fs.lstat(path)!;
  fs.chmod(path, 0o644);
  Deno.writeTextFileSync(path, text);
  fs.chmod(path, mode);
}

Deno.test(
  "nothing is changed in what nobody touched, and its contents are not read",
  inWorld(({ folder, user, changed }) => {
    const reads: string[] = [];
    const seen = Object.create(fs, {
      openRead: { value: (path: string) => (reads.push(path), fs.openRead(path)) },
    });
    assert.deepEqual(changed([user, folder], seen), []);
    assert.deepEqual(reads.filter((path) => path.includes("/obj/")), []);
  }),
);

const CHANGES: [string, (world: World) => void, (world: World) => string[]][] = [
  [
    "a file that was edited in place, below what was asked for",
    ({ at, folder }) => edit(at(folder, "/doc"), "TEXT"),
    ({ folder }) => [`changed ${folder}/doc`],
  ],
  [
    "an edit whose time and size were set back, by its inode",
    ({ at, folder }) => {
      fs.chmod(at(folder), 0o755);
      grow(fs, at(folder, "/new"), { file: "TEXT", mode: 0o444 });
      fs.utime(at(folder, "/new"), 1);
      fs.rename(at(folder, "/new"), at(folder, "/doc"));
      fs.chmod(at(folder), 0o555);
      fs.utime(at(folder), 1);
    },
    ({ folder }) => [`changed ${folder}/doc`],
  ],
  [
    "a longer file with its time set back",
    ({ at, user }) => {
      edit(at(user), "longer".repeat(100));
      fs.utime(at(user), 1);
    },
    ({ user }) => [`changed ${user}`],
  ],
  [
    "a file that is gone, and one that is new",
    ({ at, folder }) => {
      fs.chmod(at(folder, "/bin"), 0o755);
      fs.remove(at(folder, "/bin/run"));
      grow(fs, at(folder, "/bin/sub"), { dir: { it: { file: "" } } });
    },
    ({ folder }) => [`missing ${folder}/bin/run`, `new ${folder}/bin/sub/it`],
  ],
  [
    "an execute bit",
    ({ at, folder }) => fs.chmod(at(folder, "/doc"), 0o555),
    ({ folder }) => [`changed ${folder}/doc`],
  ],
  [
    "an object that is gone",
    ({ at, user, root }) => {
      fs.chmod(`${root}/store/obj`, 0o755);
      fs.remove(at(user));
    },
    ({ user }) => [`missing ${user}`],
  ],
  [
    "a file whose time and permissions alone were changed: nothing",
    ({ at, folder }) => {
      fs.chmod(at(folder, "/doc"), 0o644);
      fs.utime(at(folder, "/doc"), 5000);
    },
    () => [],
  ],
  [
    "a record that is lost: nothing",
    ({ root, folder }) => fs.remove(`${root}/store/refs/${folder}`),
    () => [],
  ],
  [
    "a record that is lost, of an object that was edited",
    ({ root, at, folder }) => {
      fs.remove(`${root}/store/refs/${folder}`);
      edit(at(folder, "/doc"), "TEXT");
    },
    ({ folder }) => [`changed ${folder}`],
  ],
];
for (const [what, change, expected] of CHANGES) {
  Deno.test(
    `changed in the store: ${what}`,
    inWorld((world) => {
      // What the lost record of the last case said is unknown: the object is asked for itself.
      const asked = what.endsWith("that was edited") ? [world.folder] : [world.user];
      change(world);
      assert.deepEqual(world.changed(asked), expected(world));
      const store = openStore(system, world.root);
      if (expected(world).length === 0) return refuseChanged(store, asked, "use");
      assert.throws(() => refuseChanged(store, asked, "use"), {
        kind: "store",
        message: /^Cannot use (user|folder)-/,
      });
    }),
  );
}

Deno.test(
  "a record is read once, however often its object is asked about",
  inWorld(({ root, folder, user }) => {
    const reads: string[] = [];
    const seeing: System["fs"] = Object.create(fs, {
      readFile: {
        value: (path: string) => {
          reads.push(path.slice(`${root}/store/refs/`.length));
          return fs.readFile(path);
        },
      },
    });
    const store = openStore({ ...system, fs: seeing }, root);
    assert.deepEqual(store.changed([user]), []);
    assert.deepEqual(store.changed([user]), []);
    assert.deepEqual([...store.closure([user])].sort(), [folder, user].sort());
    assert.deepEqual(store.references(user), [folder]);
    assert.deepEqual(reads.sort(), [folder, user].sort());
  }),
);
