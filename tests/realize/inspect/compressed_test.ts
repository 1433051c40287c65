/** What is compressed in an output: its own path is told of, other objects' paths are references. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { outputPlaceholder } from "../../../src/manifest/placeholder.ts";
import { scanCompressed } from "../../../src/realize/inspect/compressed.ts";
import { StreamScan } from "../../../src/realize/inspect/stream_scan.ts";
import { realSystem } from "../../../src/system/real.ts";
import { verifyObjects } from "../../../src/store/verify.ts";
import { failureOf, TempDir, World } from "../support.ts";
import { needs, run, warningsOf } from "./support.ts";

const OWN = "keeps the path that the output had during the build: what is compressed can't be " +
  "given the final one";

/** Ways to compress `page` in the folder of the output, and the file that comes of it. */
const WAYS: readonly [program: string, command: string, file: string][] = [
  ["gzip", "gzip -n page", "page.gz"],
  [
    "gzip",
    "head -c 5 page | gzip -n > page.gz; tail -c +6 page | gzip -n >> page.gz; rm page",
    "page.gz",
  ],
  ["zip", "zip -qX page.zip page && rm page", "page.zip"],
  ["zip", "zip -qX0 page.jar page && rm page", "page.jar"],
  [
    "zip",
    "(head -c 9000000 /dev/zero; cat page) > big && zip -qX page.zip big && rm big page",
    "page.zip",
  ],
];

for (const [program, command, file] of WAYS) {
  Deno.test({
    ...needs(["linux", program], `what is compressed counts: ${command}`),
    async fn() {
      using world = new World();
      const low = world.derive("low", function* ({ outputs }) {
        yield ["write", outputs.out, "low"];
      });
      const high = world.derive("high", function* ({ outputs }) {
        yield ["write", `${outputs.out}/page`, `see ${outputPlaceholder(low.hash, "out")}!`];
        yield run(`cd ${outputs.out} && ${command}`);
      }, { dependencies: [low.hash] });
      const { out } = (await world.realize([high])).get(high.hash)!;
      const lowObject = world.store.outputsOf(low.hash)!.out;
      assert.deepEqual([...Deno.readDirSync(world.store.pathOf(out))].map(({ name }) => name), [
        file,
      ]);
      assert.deepEqual(world.store.references(out), [lowObject]);
      assert.deepEqual(warningsOf(world), []);
      assert.deepEqual(await verifyObjects(world.system, `${world.path}/root`), []);

      const own = world.derive("own", function* ({ outputs }) {
        yield ["write", `${outputs.out}/page`, `see ${outputs.out}/share`];
        yield run(`cd ${outputs.out} && ${command}`);
      });
      await world.realize([own]);
      assert.deepEqual(warningsOf(world), [`own: ${file} ${OWN}`]);
      const strict = world.derive("strict", function* ({ outputs }) {
        yield ["write", `${outputs.out}/page`, `see ${outputs.out}/share`];
        yield run(`cd ${outputs.out} && ${command}`);
      }, { strict: true });
      const failure = await failureOf(() => world.realize([strict]));
      assert.equal(failure.message, `Cannot build strict: ${file} ${OWN}`);
    },
  });
}

const scanOf = (wanted: string[] = []) => new StreamScan(wanted, "/root/store");
const signal = new AbortController().signal;

async function looked(bytes: Uint8Array, format: "gzip" | "zip", scan: StreamScan, limits?: never) {
  using dir = new TempDir();
  const path = `${dir.path}/file`;
  Deno.writeFileSync(path, bytes);
  const { fs } = realSystem();
  return await scanCompressed(fs, { path, format, info: fs.lstat(path)! }, scan, {
    signal,
    limits,
  });
}

Deno.test("stream scan: a hash and the path are found wherever the pieces are cut", () => {
  const hash = "0123456789abcdfghijklmnpqrsvwxyz";
  fc.assert(fc.property(
    fc.nat(200),
    fc.nat(200),
    fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 20 }),
    (before, after, cuts) => {
      const text = Buffer.from(
        `${"-".repeat(before)}${hash}${"-".repeat(after)}/root/store/obj${"-".repeat(after)}`,
      );
      const scan = scanOf([hash]);
      let at = 0;
      for (const cut of [...cuts, text.length]) {
        scan.see(text.subarray(at, at + cut));
        at += cut;
      }
      assert.deepEqual([...scan.found], [hash]);
      assert.equal(scan.pathSeen, true);
      const apart = scanOf([hash]);
      apart.see(Buffer.from(hash.slice(0, 16)));
      apart.restart();
      apart.see(Buffer.from(hash.slice(16)));
      assert.equal(apart.found.size, 0);
    },
  ));
});

Deno.test("compressed: damage and garbage end the look, and nothing else", async () => {
  const whole = gzipSync(Buffer.from("some text ".repeat(1000)));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(whole))),
      fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 4 }),
      fc.constantFrom("gzip" as const, "zip" as const),
      async (bytes, damage, format) => {
        const damaged = bytes.slice();
        for (const [at, value] of damage) if (at < damaged.length) damaged[at] = value;
        assert.equal(await looked(damaged, format, scanOf()), true);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("compressed: what unpacks to too much is not looked at to its end", async () => {
  const bomb = gzipSync(Buffer.alloc(8 << 20));
  const limits = { bytes: 1 << 30, entries: 10, ratio: 100, ratioFrom: 1 << 20 };
  assert.equal(await looked(bomb, "gzip", scanOf(), limits as never), false);
  assert.equal(await looked(bomb, "gzip", scanOf()), true);
  // Ended in the middle of the file, which is closed all the same.
  const long = gzipSync(crypto.getRandomValues(new Uint8Array(65536)).toBase64().repeat(60), {
    level: 0,
  });
  const few = { ...limits, bytes: 1 << 20 };
  assert.equal(await looked(long, "gzip", scanOf(), few as never), false);
});

Deno.test({
  ...needs(["linux", "gzip"], "a path of the store that is compressed in an object binds it"),
  async fn() {
    using world = new World();
    const low = world.derive("low", function* ({ outputs }) {
      yield ["write", outputs.out, "low"];
    });
    const path = outputPlaceholder(low.hash, "out");
    const high = world.derive("high", function* ({ outputs }) {
      // Alone this would be movable.
      yield ["write", `${outputs.out}/text`, `see ${path}`];
      yield ["write", `${outputs.out}/page`, `see ${path}`];
      yield run(`gzip -n ${outputs.out}/page`);
    }, { dependencies: [low.hash] });
    const single = world.derive("single", function* ({ outputs }) {
      yield ["write", "page", `see ${path}`];
      yield run(`gzip -n page && mv page.gz ${outputs.out}`);
    }, { dependencies: [low.hash] });
    const made = await world.realize([high, single]);
    for (const { hash } of [high, single]) {
      const record = Deno.readTextFileSync(`${world.store.dir}/refs/${made.get(hash)!.out}`);
      assert.equal(JSON.parse(record.split("\n")[0]).kind, "bound");
    }
    assert.deepEqual(await verifyObjects(world.system, `${world.path}/root`), []);
    // The same content from elsewhere, where nobody looked into it, is the same object.
    const { out } = made.get(single.hash)!;
    const [content] = [Deno.readFileSync(world.store.pathOf(out))];
    assert.equal(world.store.addFile("single", content, false), out);
    assert.deepEqual(world.store.references(out), [world.store.outputsOf(low.hash)!.out]);
  },
});
