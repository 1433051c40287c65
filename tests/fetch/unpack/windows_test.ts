/** Archives with what Windows cannot have: refused there with the reason, nothing of them is left. */
import assert from "node:assert/strict";
import { SysError } from "../../../src/errors.ts";
import { unpack } from "../../../src/fetch/unpack/unpack.ts";
import type { System } from "../../../src/system/mod.ts";
import { grow } from "../../store/trees.ts";
import { WORLDS } from "../../support/worlds/world.ts";
import { tar, type TarEntry } from "./archives.ts";

const file = (name: string): TarEntry => ({ name, content: "x" });
const link = (to: string): TarEntry => ({ name: "link", type: "2", link: to, content: "" });

const REFUSED: [entry: TarEntry, why: RegExp][] = [
  [file("CON"), /CON is a device/],
  [file("a/nul.txt"), /NUL is a device/],
  [file("com\u00b9.log"), /COM\u00b9 is a device/],
  [file("a:b"), /has no :/],
  [file("a\\b"), /has no \\/],
  [file("..\\..\\evil"), /has no \\/],
  [file("what?"), /has no \?/],
  [file("dot."), /end with a dot or a blank/],
  [file("blank /x"), /end with a dot or a blank/],
  [file("a\tb"), /no control characters/],
  [link("..\\..\\outside"), /has no \\/],
  [link("C:x"), /has no :/],
  [link("C:\\x"), /leads out/],
  [link("\\\\server\\share"), /leads out/],
  [link("nul"), /NUL is a device/],
];

async function unpacked(system: System, home: string, entry: TarEntry) {
  const archive = `${home}/archive`, dest = `${home}/dest`;
  grow(system.fs, archive, { file: tar([file("ok"), entry]) });
  const signal = new AbortController().signal;
  return await unpack(system, { archive, dest, signal });
}

for (const { name, os, home, system } of WORLDS) {
  for (const [entry, why] of REFUSED) {
    const what = JSON.stringify(entry.link ?? entry.name);
    const refused = os === "windows" || /leads out/.test(why.source);
    if (!refused && os !== "linux") continue;
    Deno.test(`${name}: an archive with ${entry.link ? "a link to " : ""}${what}${refused ? " is refused" : ""}`, async () => {
      const world = system();
      if (!refused) return void await unpacked(world, home, entry);
      await assert.rejects(unpacked(world, home, entry), (thrown) => {
        assert.ok(thrown instanceof SysError && thrown.kind === "build", String(thrown));
        assert.match(thrown.message, why);
        return true;
      });
      assert.equal(world.fs.lstat(`${home}/dest`), null);
    });
  }
}
