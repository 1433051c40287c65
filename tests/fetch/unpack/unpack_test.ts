/** Archives made by the programs that everybody makes them with. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { toHex } from "../../../src/digest.ts";
import { hashTree } from "../../../src/store/nar.ts";
import { SysError } from "../../../src/errors.ts";
import { unpack } from "../../../src/fetch/unpack/unpack.ts";
import { realSystem } from "../../../src/system/real.ts";
import { failureOf, TempDir, text } from "../../realize/support.ts";
import { pax, tar, zip } from "./archives.ts";

const system = realSystem();
const has = (program: string) => system.processes.which(program) !== null;

async function sh(script: string, cwd: string) {
  const { code, stderr } = await new Deno.Command("sh", { args: ["-ec", script], cwd }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

function into(
  folder: TempDir,
  archive: string,
  { dest = "dest", ...more }: { strip?: number; dest?: string; threadFrom?: number } = {},
) {
  const signal = new AbortController().signal;
  const places = { archive: `${folder.path}/${archive}`, dest: `${folder.path}/${dest}` };
  return unpack(system, { ...places, ...more, signal });
}

const LONG = `${"long".repeat(20)}/${"name".repeat(24)}`;

/** A tree with what archives have to keep. */
async function makeTree(folder: TempDir) {
  const path = `${folder.path}/tree`;
  Deno.mkdirSync(`${path}/${LONG.split("/")[0]}`, { recursive: true });
  Deno.mkdirSync(`${path}/empty`);
  Deno.writeTextFileSync(`${path}/${LONG}`, "long");
  Deno.writeTextFileSync(`${path}/program`, "#!/bin/sh\n");
  Deno.chmodSync(`${path}/program`, 0o755);
  Deno.writeTextFileSync(`${path}/\u00fcml\u00e4ut \\ "quotes"`, "names");
  Deno.writeFileSync(`${path}/big`, Uint8Array.from({ length: 3_000_000 }, (_, n) => (n >> 3) * 7));
  Deno.symlinkSync("../program", `${path}/empty/link`);
  await sh("ln program tree-program && mv tree-program hard", path);
}

/** Packs the tree with real programs, unpacks it, and compares. */
function check(
  title: string,
  programs: readonly string[],
  script: string,
  more: { strip?: number; inner?: string } = {},
) {
  const missing = programs.filter((program) => !has(program));
  Deno.test({
    name: `unpack: ${title}${missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : ""}`,
    ignore: missing.length > 0,
    fn: async () => {
      using folder = new TempDir();
      await makeTree(folder);
      await sh(script, folder.path);
      const dest = await into(folder, "archive", { strip: more.strip });
      const hash = (path: string) => toHex(hashTree(system.fs, path));
      assert.equal(hash(`${dest}${more.inner ?? "/tree"}`), hash(`${folder.path}/tree`));
      const apart = { strip: more.strip, dest: "apart", threadFrom: 0 };
      assert.equal(hash(await into(folder, "archive", apart)), hash(dest));
      assert.equal(Deno.statSync(`${dest}${more.inner ?? "/tree"}/program`).mode! & 0o777, 0o755);
      assert.equal(Deno.statSync(`${dest}${more.inner ?? "/tree"}/big`).mode! & 0o777, 0o644);
    },
  });
}

for (const format of ["ustar", "pax", "gnu"]) {
  check(`tar in ${format} format`, ["tar"], `tar --format=${format} -cf archive tree`);
}
check("tar of a folder's content", ["tar"], "tar -cf archive -C tree .", { inner: "" });
check("tar.gz", ["tar", "gzip"], "tar czf archive tree");
check(
  "tar.gz in several members",
  ["tar", "gzip"],
  "tar cf t tree; head -c 100000 t | gzip > archive; tail -c +100001 t | gzip >> archive",
);
check("tar.xz", ["tar", "xz"], "tar cf t tree; xz -c t > archive");
check(
  "tar.xz in blocks, by several threads",
  ["tar", "xz"],
  "tar cf t tree; xz -T2 --block-size=262144 -c t > archive",
);
for (const kind of ["none", "crc32", "crc64", "sha256"]) {
  check(`tar.xz with check ${kind}`, ["tar", "xz"], `tar cf t tree; xz -C ${kind} -c t > archive`);
}
check(
  "tar.xz with check sha256 in blocks and several streams",
  ["tar", "xz"],
  "tar cf t tree; head -c 100000 t | xz -C sha256 --block-size=20000 > archive; " +
    "head -c 4 /dev/zero >> archive; tail -c +100001 t | xz -C sha256 >> archive",
);
check(
  "tar.xz in several streams",
  ["tar", "xz"],
  "tar cf t tree; head -c 100000 t | xz > archive; tail -c +100001 t | xz >> archive",
);
check("tar.bz2", ["tar", "bzip2"], "tar cf t tree; bzip2 -c t > archive");
check(
  "tar.bz2 in several streams",
  ["tar", "bzip2"],
  "tar cf t tree; head -c 100000 t | bzip2 > archive; tail -c +100001 t | bzip2 >> archive",
);
check("tar.zst", ["tar", "zstd"], "tar cf t tree; zstd -q -c t > archive");
check(
  "tar.zst with a long window",
  ["tar", "zstd"],
  "tar cf t tree; zstd -q --long=27 -19 -c t > archive",
);
check(
  "tar.zst in several frames",
  ["tar", "zstd"],
  "tar cf t tree; head -c 100000 t | zstd -q > archive; tail -c +100001 t | zstd -q >> archive",
);
check("strip takes the first folder off", ["tar"], "tar czf archive tree", { strip: 1, inner: "" });
check("zip", ["zip"], "zip -qry archive.zip tree; mv archive.zip archive");
check("zip from a stream, with sizes behind", ["zip"], "zip -qry - tree > archive");
check("zip without compression", ["zip"], "zip -0 -qry archive.zip tree; mv archive.zip archive");
check("zip64", ["zip"], "zip -fz -qry archive.zip tree; mv archive.zip archive");
for (const compression of ["none", "gzip", "xz", "zstd"]) {
  const control =
    "Package: thing\\nVersion: 1\\nArchitecture: all\\nMaintainer: me <me@localhost>\\nDescription: d\\n";
  check(
    `.deb with ${compression}`,
    ["dpkg-deb"],
    `mkdir -p p/DEBIAN; printf '${control}' > p/DEBIAN/control; cp -a tree p/tree; dpkg-deb -Z${compression} -b p archive.deb >/dev/null; mv archive.deb archive`,
  );
}

for (const [program, ending] of [["gzip", "gz"], ["xz", "xz"], ["bzip2", "bz2"], ["zstd", "zst"]]) {
  Deno.test({
    name: `unpack: a single file by ${program}${has(program) ? "" : " (skipped: it is missing)"}`,
    ignore: !has(program),
    fn: async () => {
      using folder = new TempDir();
      await sh(`printf 'some text' | ${program} -c > tool.${ending}; mkdir folder`, folder.path);
      assert.equal(text(await into(folder, `tool.${ending}`)), "some text");
      const inside = await into(folder, `tool.${ending}`, { dest: "folder" });
      assert.equal(inside, `${folder.path}/folder/tool`);
      assert.equal(text(inside), "some text");
    },
  });

  Deno.test({
    name: `unpack: damage in ${program}'s data is seen${
      has(program) ? "" : " (skipped: it is missing)"
    }`,
    ignore: !has(program),
    fn: async () => {
      using folder = new TempDir();
      await sh(`seq 20000 | ${program} -c > whole`, folder.path);
      const whole = Deno.readFileSync(`${folder.path}/whole`);
      const middle = Uint8Array.from(
        whole,
        (byte, n) => n >> 4 === whole.length >> 5 ? byte ^ 255 : byte,
      );
      for (const bad of [whole.subarray(0, whole.length >> 1), whole.subarray(0, -5), middle]) {
        Deno.writeFileSync(`${folder.path}/bad`, bad);
        const error = await failureOf(() => into(folder, "bad"));
        assert.match(error.message, /^Cannot unpack bad: its \w+ data is damaged/);
        assert.equal(system.fs.lstat(`${folder.path}/dest`), null);
      }
    },
  });
}

Deno.test({
  name: `unpack: each part of xz data that is sealed with SHA-256 counts${
    has("xz") ? "" : " (skipped: no xz)"
  }`,
  ignore: !has("xz"),
  fn: async () => {
    using folder = new TempDir();
    await sh("seq 2000 > plain; xz -C sha256 --block-size=4000 -c plain > good", folder.path);
    const good = Deno.readFileSync(`${folder.path}/good`);
    let ignored = 0;
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] ^= 1;
      Deno.writeFileSync(`${folder.path}/a`, bad);
      try {
        await into(folder, "a", { dest: "dest" });
      } catch (thrown) {
        assert.ok(thrown instanceof SysError, String(thrown));
        continue;
      }
      // The first byte of a block's coded data means nothing.
      ignored++;
      assert.equal(text(`${folder.path}/dest`), text(`${folder.path}/plain`));
      Deno.removeSync(`${folder.path}/dest`);
    }
    assert.ok(ignored <= 3, `${ignored} bytes`);
    for (let end = 12; end < good.length; end += 7) {
      Deno.writeFileSync(`${folder.path}/a`, good.slice(0, end));
      await failureOf(() => into(folder, "a", { dest: "dest" }));
    }
  },
});

Deno.test("unpack: names by pax, in UTF-8 and long", async () => {
  using folder = new TempDir();
  const name = `d/${"\u00e4".repeat(120)}`;
  Deno.writeFileSync(
    `${folder.path}/a`,
    tar([pax({ path: name }), { name: "short", content: "x" }]),
  );
  assert.equal(text(`${await into(folder, "a")}/${name}`), "x");
});

Deno.test("unpack: archives from before POSIX", async () => {
  using folder = new TempDir();
  const old = Buffer.from(
    tar([{ name: "d/", type: "\0" }, { name: "d/f", type: "\0", content: "x" }]),
  );
  for (const at of [0, 512]) {
    // Without the magic, and with the checksum that is right then.
    old.fill(0, at + 257, at + 265);
    old.fill(" ", at + 148, at + 156);
    const sum = old.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    old.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
  }
  Deno.writeFileSync(`${folder.path}/a`, old);
  assert.equal(text(`${await into(folder, "a")}/d/f`), "x");
});

Deno.test("unpack: a tar with nothing in it, and a zip with nothing in it", async () => {
  using folder = new TempDir();
  for (const [n, archive] of [tar([]), gzipSync(tar([])), zip([])].entries()) {
    Deno.writeFileSync(`${folder.path}/a`, archive);
    const dest = await into(folder, "a", { dest: `dest${n}` });
    assert.deepEqual([...Deno.readDirSync(dest)], []);
  }
});

Deno.test("unpack: files have the times of their entries", async () => {
  using folder = new TempDir();
  const mtimeOf = (path: string) => system.fs.lstat(path)!.mtime;
  Deno.writeFileSync(
    `${folder.path}/a`,
    gzipSync(tar([{ name: "old", mtime: 1_000_000_000 }, {
      name: "new",
      content: "x",
      mtime: 1_500_000_000,
    }])),
  );
  const dest = await into(folder, "a");
  assert.equal(mtimeOf(`${dest}/old`), 1_000_000_000);
  assert.equal(mtimeOf(`${dest}/new`), 1_500_000_000);
  // 2001-02-03 04:05:06, in UTC wherever it is unpacked.
  const dos = [4 << 11 | 5 << 5 | 3, 21 << 9 | 2 << 5 | 3] as const;
  Deno.writeFileSync(`${folder.path}/b`, zip([{ name: "zipped", content: "x", dos }]));
  assert.equal(mtimeOf(`${await into(folder, "b")}/zipped`), Date.UTC(2001, 1, 3, 4, 5, 6) / 1000);
});

Deno.test("unpack: two archives into one folder", async () => {
  using folder = new TempDir();
  Deno.writeFileSync(`${folder.path}/a`, tar([{ name: "d/one", content: "1" }]));
  Deno.writeFileSync(`${folder.path}/b`, zip([{ name: "d/two", content: "2" }]));
  await into(folder, "a");
  const dest = await into(folder, "b");
  assert.deepEqual(system.fs.readDir(`${dest}/d`), ["one", "two"]);
});

Deno.test("unpack: what is there already stays", async () => {
  using folder = new TempDir();
  Deno.mkdirSync(`${folder.path}/dest/d`, { recursive: true });
  Deno.writeTextFileSync(`${folder.path}/dest/d/old`, "old");
  Deno.symlinkSync("..", `${folder.path}/dest/up`);
  for (const name of ["d/old", "up/new", "d/old/below"]) {
    Deno.writeFileSync(`${folder.path}/a`, tar([{ name: "d/new" }, { name, content: "new" }]));
    assert.match((await failureOf(() => into(folder, "a"))).message, new RegExp(`"${name}": `));
  }
  assert.equal(text(`${folder.path}/dest/d/old`), "old");
  assert.deepEqual(system.fs.readDir(`${folder.path}/dest/d`), ["old"]);
});

Deno.test("unpack: links that stay inside, also in a circle or to nothing", async () => {
  using folder = new TempDir();
  const links = [["a/up", "../b"], ["b", "a"], ["loop", "loop"], ["none", "a/none"], ["here", "."]];
  Deno.writeFileSync(
    `${folder.path}/t`,
    tar(links.map(([name, link]) => ({ name, type: "2", link }))),
  );
  const dest = await into(folder, "t");
  assert.deepEqual(
    links.map(([name]) => Deno.readLinkSync(`${dest}/${name}`)),
    links.map(([, to]) => to),
  );
});

async function isEnded(bytes: Uint8Array, threadFrom?: number) {
  using folder = new TempDir();
  Deno.writeFileSync(`${folder.path}/a`, bytes);
  const stop = new AbortController();
  const reason = new Error("stopped");
  const running = unpack(system, {
    archive: `${folder.path}/a`,
    dest: `${folder.path}/dest`,
    signal: stop.signal,
    threadFrom,
  });
  setTimeout(() => stop.abort(reason));
  await assert.rejects(running, /stopped/);
  assert.equal(system.fs.lstat(`${folder.path}/dest`), null);
}

Deno.test("unpack: Ctrl-C ends it, and nothing is left, with a thread and without", async () => {
  const content = new Uint8Array(20_000_000);
  const archive = tar([{ name: "big", content }, { name: "more", content }]);
  await isEnded(archive);
  await isEnded(gzipSync(archive), 0);
});

Deno.test("unpack: where nothing can be put, the thread that has begun ends", async () => {
  using folder = new TempDir();
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  const content = Buffer.concat(Array.from({ length: 100 }, () => noise));
  Deno.writeFileSync(`${folder.path}/archive`, gzipSync(tar([{ name: "big", content }])));
  Deno.writeTextFileSync(`${folder.path}/dest`, "mine\n");
  const { signal } = new AbortController();
  // A thread listens as long as it is there.
  const counts = { began: 0, ended: 0 };
  signal.addEventListener = () => void counts.began++;
  signal.removeEventListener = () => void counts.ended++;
  const [archive, dest] = ["archive", "dest"].map((name) => `${folder.path}/${name}`);
  const { message } = await failureOf(() =>
    unpack(system, { archive, dest, signal, threadFrom: 0 })
  );
  assert.match(message, /no folder/);
  assert.deepEqual(counts, { began: 1, ended: 1 });
});
