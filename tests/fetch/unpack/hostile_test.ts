/** Archives that nobody should unpack: each is refused with the name of the entry, and nothing is left. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { UnpackLimits } from "../../../src/fetch/unpack/limits.ts";
import { unpack } from "../../../src/fetch/unpack/unpack.ts";
import { makeFolders } from "../../../src/system/folders.ts";
import type { ReadFs, System } from "../../../src/system/mod.ts";
import { realSystem } from "../../../src/system/real.ts";
import { failureOf, TempDir } from "../../realize/support.ts";
import { grow } from "../../store/trees.ts";
import { inMemory } from "../../support/memory.ts";
import { WORLDS } from "../../support/worlds/world.ts";
import { pax, tar, type TarEntry, zip, type ZipEntry } from "./archives.ts";

const LINK = 0o120777, DEVICE = 0o020666;
const latin1 = (text: string) => Buffer.from(text, "latin1");

/** One of so many cases is tried on the real disk too. */
const REAL_EVERY = 6;
let cases = 0;

/** Every file below a folder, to see what an attack has changed. */
function listing(fs: ReadFs, path: string): string[] {
  return fs.readDir(path).flatMap((name) => {
    if (fs.lstat(`${path}/${name}`)?.kind !== "dir") return [name];
    return [name, ...listing(fs, `${path}/${name}`).map((inner) => `${name}/${inner}`)];
  }).sort();
}

function refuses(
  title: string,
  archive: Uint8Array,
  expected: RegExp,
  options: { strip?: number; limits?: UnpackLimits; threadFrom?: number } = {},
) {
  const attack = (system: System, folder: string) =>
    isRefused({ system, folder, archive, expected, options });
  Deno.test(`hostile: ${title}`, async () => {
    const system = inMemory();
    system.fs.mkdir("/folder", 0o755);
    await attack(system, "/folder");
  });
  for (const world of WORLDS.filter(({ os }) => os !== "linux")) {
    const name = `${world.name}: hostile: ${title}`;
    // Without the privilege for links their mere presence is refused.
    const refusal = /Cannot link .*: the operation is not permitted/;
    const either = new RegExp(`${expected.source}|${refusal.source}`);
    Deno.test(name, () =>
      isRefused({
        ...{ system: world.system(), folder: world.home, archive, options },
        expected: world.has.fileLinks ? expected : either,
      }));
  }
  if (cases++ % REAL_EVERY !== 0) return;
  Deno.test(`hostile, on the real disk: ${title}`, async () => {
    using folder = new TempDir();
    await attack(realSystem(), folder.path);
  });
}

interface Attack {
  readonly system: System;
  readonly folder: string;
  readonly archive: Uint8Array;
  readonly expected: RegExp;
  readonly options: { strip?: number; limits?: UnpackLimits; threadFrom?: number };
}

async function isRefused({ system, folder, archive, expected, options }: Attack) {
  const { fs } = system;
  const path = `${folder}/archive`;
  const asItWas = Buffer.from("as it was");
  grow(fs, path, { file: archive });
  grow(fs, `${folder}/outside`, { dir: { file: { file: asItWas } } });
  const before = listing(fs, folder);
  // Into a folder of its own, and into one that has something already.
  for (const existing of [false, true]) {
    const dest = `${folder}/dest`;
    if (existing) {
      makeFolders(fs, `${dest}/kept`);
      before.push("dest", "dest/kept");
    }
    const signal = new AbortController().signal;
    const error = await failureOf(() =>
      unpack(system, { archive: path, dest, signal, ...options })
    );
    assert.equal(error.kind, "build");
    assert.match(error.message, /^Cannot unpack /);
    assert.match(error.message, expected);
    assert.deepEqual(listing(fs, folder), [...before].sort());
    assert.deepEqual(Buffer.from(fs.readFile(`${folder}/outside/file`)), asItWas);
  }
}

/** The same attack as a tar and as a zip. */
function refusesBoth(title: string, entries: readonly (TarEntry & ZipEntry)[], expected: RegExp) {
  refuses(`tar: ${title}`, tar(entries), expected);
  refuses(`tar.gz: ${title}`, gzipSync(tar(entries)), expected);
  refuses(
    `zip: ${title}`,
    zip(entries.map(({ type, link, mode, name, content }) => ({
      name,
      mode: type === "2" ? LINK : type === "3" ? DEVICE : mode,
      content: link ?? content,
    }))),
    expected,
  );
}

const file = { name: "ok", content: "x" };
refusesBoth(
  "an absolute name",
  [file, { name: "/etc/evil", content: "x" }],
  /"\/etc\/evil": its name is absolute/,
);
refusesBoth(
  "a name of Windows's",
  [file, { name: "C:/evil", content: "x" }],
  /"C:\/evil".*absolute/,
);
refusesBoth(
  "a name that leads up",
  [file, { name: "../outside/file", content: "x" }],
  /"\.\.\/outside\/file": .*"\.\."/,
);
refusesBoth(
  "a name that leads up inside",
  [{ name: "a/../../outside/file", content: "x" }],
  /"\.\."/,
);
refusesBoth("a folder that leads up", [{ name: "../new/", type: "5" }], /"\.\."/);
refusesBoth(
  "an absolute link",
  [{ name: "l", type: "2", link: "/etc" }],
  /"l": the link leads out, to \/etc/,
);
refusesBoth(
  "a link that leads up",
  [file, { name: "a/l", type: "2", link: "../../outside" }],
  /leads out, to \.\.\/\.\.\/outside/,
);
refusesBoth("a link that leads up and back in", [
  { name: "l", type: "2", link: "../dest/ok" },
  file,
], /leads out/);
refusesBoth("two links that lead out together", [
  { name: "x/y/up", type: "2", link: "../.." },
  { name: "l", type: "2", link: "x/y/up/../outside" },
], /"l": the link leads out/);
refusesBoth("a write through a link", [
  { name: "l", type: "2", link: "sub" },
  { name: "l/file", content: "x" },
], /"l\/file": it would be written through the link l/);
refusesBoth("a file in place of a link", [
  { name: "l", type: "2", link: "ok" },
  { name: "l", content: "x" },
], /"l": there is another entry of this name/);
refusesBoth("a link in place of a folder", [
  { name: "d/file", content: "x" },
  { name: "d", type: "2", link: "../outside" },
], /"d"/);
refusesBoth(
  "a file below a file",
  [{ name: "f", content: "x" }, { name: "f/g", content: "x" }],
  /f is no folder/,
);
refusesBoth("a device", [{ name: "dev", type: "3" }], /"dev": it is a (character-)?device/);
refusesBoth("the same name twice", [file, file], /"ok": there is another entry of this name/);
refusesBoth("names that differ by case", [{ name: "README", content: "1" }, {
  name: "ReadMe",
  content: "2",
}], /"ReadMe": "README" differs from it by case only/);
refusesBoth("folders that differ by case", [{ name: "Dir/a", content: "1" }, {
  name: "dir/b",
  content: "2",
}], /differs from it by case only/);
refusesBoth("names that differ by composition", [{ name: "\u00e9", content: "1" }, {
  name: "e\u0301",
  content: "2",
}], /by case only/);
refusesBoth(
  "a name that is no UTF-8",
  [{ name: latin1("caf\xe9"), content: "x" }],
  /its name is not UTF-8/,
);
refusesBoth("a name that is too long", [{ name: "d/".repeat(40) + "x", content: "" }, {
  name: `a${"/b".repeat(30)}/../..`,
  content: "",
}], /"\.\."/);

refuses("tar: a pipe", tar([{ name: "p", type: "6" }]), /"p": it is a fifo/);
refuses("tar: a block device", tar([{ name: "b", type: "4" }]), /block-device/);
refuses("tar: a type that nobody knows", tar([{ name: "s", type: "S" }]), /unknown type/);
refuses(
  "tar: a sparse file of pax",
  tar([pax({ "GNU.sparse.major": "1" }), { name: "s" }]),
  /sparse/,
);
refuses(
  "tar: a hard link to the outside",
  tar([{ name: "h", type: "1", link: "../outside/file" }]),
  /"h": its hard link's target.*"\.\."/,
);
refuses(
  "tar: a hard link to an absolute name",
  tar([{ name: "h", type: "1", link: "/etc/passwd" }]),
  /"h": its hard link's target.*absolute/,
);
refuses(
  "tar: a hard link to a link",
  tar([
    { name: "l", type: "2", link: "ok" },
    { name: "h", type: "1", link: "l" },
  ]),
  /"h": it is a hard link to l, which is no file/,
);
refuses(
  "tar: a hard link to what comes later",
  tar([{ name: "h", type: "1", link: "ok" }, file]),
  /no file of this archive/,
);
refuses(
  "tar: a hard link to itself",
  tar([{ name: "h", type: "1", link: "h" }]),
  /no file of this archive/,
);
refuses(
  "tar: a long name by pax that leads up",
  tar([pax({ path: "../outside/file" }), file]),
  /"\.\."/,
);
refuses("tar: a zero in a name by pax", tar([pax({ path: "a\0b" }), file]), /zero/);
refuses(
  "tar: a link by pax that leads up",
  tar([pax({ linkpath: "../outside" }), { name: "l", type: "2", link: "ok" }]),
  /leads out/,
);
refuses(
  "tar: a long name of GNU's that leads up",
  tar([{ name: "././@LongLink", type: "L", content: "../outside/file\0" }, file]),
  /"\.\."/,
);
refuses(
  "tar: a name longer than the system allows",
  tar([pax({ path: "n".repeat(300) }), file]),
  /the name is too long/,
);
refuses(
  "tar: a folder that strip turns outwards",
  tar([{ name: "top/l", type: "2", link: "../other" }]),
  /leads out/,
  { strip: 1 },
);
refuses(
  "tar: a damaged header",
  Buffer.concat([tar([file], false), Buffer.alloc(512, 7)]),
  /archive: /,
);
refuses(
  "tar: cut off in a file",
  tar([file, { name: "big", content: "x".repeat(5000) }], false).subarray(0, 3000),
  /Unexpected end/,
);
refuses("tar.gz: cut off", gzipSync(tar([file])).subarray(0, -10), /damaged/);
refuses("tar.gz: a wrong checksum", flip(gzipSync(tar([file])), -8), /damaged/);
refuses("zip: a wrong checksum", zip([{ ...file, crc: 1 }]), /"ok": its checksum is wrong/);
refuses("zip: more than it says", zip([{ ...file, content: "x".repeat(9999), size: 10 }]), /"ok"/);
refuses("zip: less than it says", zip([{ ...file, size: 10 }]), /"ok"/);
refuses("zip: cut off", zip([file]).subarray(0, -30), /archive: /);
refuses(
  "zip: a backslash that leads up",
  zip([{ name: "..\\outside\\file", content: "x" }]),
  /"\.\."/,
);
refuses(
  "zip: a link that is too long",
  zip([{ name: "l", mode: LINK, content: "x".repeat(5000) }]),
  /too long/,
);
refuses("no archive at all", Buffer.from("just text"), /no archive that sys knows/);
refuses("nothing at all", new Uint8Array(), /no archive that sys knows/);

const limits = { bytes: 10_000, entries: 5, ratio: 20, ratioFrom: 1000 };
const bomb = "0".repeat(9000);
refuses(
  "tar.gz: a bomb by its ratio",
  gzipSync(tar([{ name: "bomb", content: bomb }])),
  /"bomb": .*more than 20 times its size/,
  { limits },
);
refuses(
  "zip: a bomb by its ratio",
  zip([{ name: "bomb", content: bomb }]),
  /"bomb": .*more than 20 times/,
  { limits },
);
refuses("gz: a bomb by its ratio", gzipSync(bomb), /more than 20 times/, { limits });
refuses(
  "tar.gz: a bomb by its ratio, in a thread",
  gzipSync(tar([{ name: "bomb", content: bomb.repeat(500) }])),
  /"bomb": .*more than 20 times its size/,
  { limits: { ...limits, bytes: 1 << 30 }, threadFrom: 0 },
);
refuses(
  "tar: too many bytes",
  tar([{ name: "big", content: "x".repeat(10_001) }]),
  /"big": .*more than 10000 bytes/,
  { limits },
);
refuses(
  "tar: too many entries",
  tar(Array.from({ length: 6 }, (_, n) => ({ name: `f${n}` }))),
  /"f5": .*more than 5 entries/,
  { limits },
);

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length + at] ^= 1;
  return copy;
}
