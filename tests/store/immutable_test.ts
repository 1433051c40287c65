import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { collectGarbage } from "../../src/store/gc.ts";
import { protect, unprotect } from "../../src/store/immutable.ts";
import { openStore } from "../../src/store/store.ts";
import type { Command, System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp } from "./trees.ts";

const system = realSystem();
const { fs } = system;

/** Whether the temporary folder's file system has the mark, and this user may set it. */
function canMark(): boolean {
  if (!system.host.elevated || system.host.os !== "linux") return false;
  const file = Deno.makeTempFileSync();
  const chattr = (flag: string) => {
    try {
      return new Deno.Command("chattr", { args: [flag, file], stderr: "null" }).outputSync()
        .success;
    } catch {
      return false;
    }
  };
  const can = chattr("+i") && chattr("-i");
  Deno.removeSync(file);
  return can;
}

const cannot = !canMark();
const why = cannot ? " (skipped: needs root and a file system with the mark)" : "";

Deno.test(
  `protected objects resist root, and gc takes the mark off${why}`,
  { ignore: cannot },
  () =>
    inTemp(fs, async (folder) => {
      const root = `${folder}/root`;
      const store = openStore(system, root, { shared: true });
      const file = store.addFile("file", Buffer.from("a"), false);
      grow(fs, `${folder}/tree`, { dir: { a: { dir: { b: { file: "b" } } }, l: { link: "a" } } });
      const tree = store.addTree("tree", `${folder}/tree`);
      try {
        assert.ok(await protect(system, root, [file, tree]));
        assert.throws(() => fs.chmod(store.pathOf(file), 0o644), { code: "EPERM" });
        assert.throws(() => fs.remove(`${store.pathOf(tree)}/a/b`), { code: "EPERM" });
        assert.ok(store.intact(tree));
        await assert.rejects(collectGarbage(system, root, []), { kind: "store" });
        assert.ok(store.has(file) && store.has(tree));
        const { removed } = await collectGarbage(system, root, [], {
          unlock: async (objects) => void await unprotect(system, root, objects),
        });
        assert.equal(removed.length, 2);
      } finally {
        await unprotect(system, root, [file, tree].filter((object) => store.has(object)));
      }
    }),
);

/** A host and the programs that it has; tells what was run. */
function machine(os: "linux" | "darwin" | "windows", elevated: boolean, programs: string[]) {
  const ran: (readonly string[])[] = [];
  const other = {
    host: { ...system.host, os, elevated },
    processes: {
      which: (program: string) => programs.includes(program) ? `/bin/${program}` : null,
      run: ({ argv }: Command) => {
        ran.push(argv);
        const nothing = new Uint8Array();
        return Promise.resolve({ code: 0, stdout: nothing, stderr: nothing, timedOut: false });
      },
    },
  } as unknown as Pick<System, "host" | "processes">;
  return { other, ran };
}

const object = openStore(system, "/x").nameOfFile("a", new Uint8Array(), false);
const path = `/x/store/obj/${object}`;
const found = (program: string, flag: string) => [
  "/bin/find",
  path,
  ..."! -type l -exec".split(" "),
  `/bin/${program}`,
  flag,
  "{}",
  "+",
];
const TABLE: [Parameters<typeof machine>, string[] | null][] = [
  [["linux", true, ["chattr", "find"]], found("chattr", "+i")],
  [["darwin", true, ["chflags", "find"]], found("chflags", "uchg")],
  [["linux", true, ["find"]], null],
  [["linux", false, ["chattr", "find"]], null],
  [["windows", true, ["chattr", "find"]], null],
];
for (const [[os, elevated, programs], argv] of TABLE) {
  Deno.test(
    `${os}, ${elevated ? "root" : "a user"}, with ${programs.join(" and ")}: ` +
      (argv ? "marked" : "no mark"),
    async () => {
      const { other, ran } = machine(os, elevated, programs);
      assert.equal(await protect(other, "/x", [object]), argv !== null);
      assert.deepEqual(ran, argv === null ? [] : [argv]);
    },
  );
}
