/** Archives with bytes changed at random: whatever happens, it ends, and nothing is written elsewhere. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { SysError } from "../../../src/errors.ts";
import { decompress } from "../../../src/fetch/unpack/decompress.ts";
import { type Compression, detect } from "../../../src/fetch/unpack/detect.ts";
import { LIMITS } from "../../../src/fetch/unpack/limits.ts";
import { unpack } from "../../../src/fetch/unpack/unpack.ts";
import { realSystem } from "../../../src/system/real.ts";
import { TempDir } from "../../realize/support.ts";
import { removeTree } from "../../../src/store/remove.ts";

const system = realSystem();

/** How each kind is made of `tree`, and how often it is tried. */
const KINDS: readonly (readonly [kind: string, program: string, script: string, runs: number])[] = [
  ["tar", "tar", "tar cf archive tree", 150],
  ["tar.gz", "tar", "tar czf archive tree", 100],
  ["tar.xz", "xz", "tar cf t tree && xz -c t > archive", 60],
  ["tar.xz with SHA-256", "xz", "tar cf t tree && xz -C sha256 -c t > archive", 60],
  ["tar.bz2", "bzip2", "tar cf t tree && bzip2 -c t > archive", 60],
  ["tar.zst", "zstd", "tar cf t tree && zstd -q -c t > archive", 100],
  ["zip", "zip", "zip -qry archive.zip tree && mv archive.zip archive", 150],
];

for (const [kind, program, script, runs] of KINDS) {
  const ignore = system.processes.which(program) === null;
  Deno.test({
    name: `fuzz: a ${kind} with changed bytes${ignore ? ` (skipped: no ${program})` : ""}`,
    ignore,
    fn: async () => {
      using folder = new TempDir();
      const inner = `${folder.path}/inner`;
      await fc.assert(
        fc.asyncProperty(damaged(await archive(folder.path, script)), async (bad) => {
          removeTree(system.fs, inner);
          Deno.mkdirSync(inner);
          Deno.writeFileSync(`${inner}/archive`, bad);
          const request = {
            archive: `${inner}/archive`,
            dest: `${inner}/dest`,
            signal: new AbortController().signal,
            limits: { ...LIMITS, bytes: 10 << 20 },
          };
          try {
            await unpack(system, request);
          } catch (thrown) {
            assert.ok(thrown instanceof SysError, String(thrown));
            assert.deepEqual(system.fs.readDir(inner), ["archive"]);
          }
          assert.ok(
            system.fs.readDir(inner).every((name) => name === "archive" || name === "dest"),
          );
        }),
        { numRuns: runs, interruptAfterTimeLimit: 60_000 },
      );
    },
  });
  if (kind === "tar" || kind === "zip") continue;
  Deno.test({
    name: `fuzz: a thread makes the same of a ${kind}${ignore ? ` (skipped: no ${program})` : ""}`,
    ignore,
    fn: async () => {
      using folder = new TempDir();
      const good = await archive(folder.path, script);
      const compression = detect(good) as Compression;
      assert.equal((await outcome(compression, good, good.length, true)).error, null);
      await fc.assert(
        fc.asyncProperty(damaged(good), fc.integer({ min: 1, max: 3000 }), async (bad, size) => {
          const here = await outcome(compression, bad, size, false);
          assert.deepEqual(await outcome(compression, bad, size, true), here);
        }),
        { numRuns: Math.ceil(runs / 4), interruptAfterTimeLimit: 60_000 },
      );
    },
  });
}

/** The bytes of an archive with a tree. */
async function archive(folder: string, script: string): Promise<Uint8Array> {
  Deno.mkdirSync(`${folder}/tree/sub`, { recursive: true });
  Deno.symlinkSync("sub", `${folder}/tree/link`);
  for (let n = 0; n < 5; n++) {
    Deno.writeTextFileSync(`${folder}/tree/sub/${n}`, `content ${n} `.repeat(200 * n));
  }
  const { code } = await new Deno.Command("sh", { args: ["-c", script], cwd: folder }).output();
  assert.equal(code, 0);
  return Deno.readFileSync(`${folder}/archive`);
}

/** Some bytes are others, and the end may be missing. */
function damaged(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) });
  const changes = fc.array(change, { minLength: 1, maxLength: 6 });
  return fc.tuple(changes, fc.nat(good.length), fc.boolean()).map(([bytes, end, cut]) => {
    const bad = good.slice(0, cut ? end : undefined);
    for (const { at, byte } of bytes) if (at < bad.length) bad[at] = byte;
    return bad;
  });
}

/** What comes of compressed bytes in chunks of a size: the content as far as there is one, and the error. */
async function outcome(
  compression: Compression,
  bytes: Uint8Array,
  size: number,
  isApart: boolean,
): Promise<{ content: string; error: object | null }> {
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const apart = isApart ? new AbortController().signal : null;
  let content = "";
  try {
    for await (const chunk of decompress(compression, { label: "it", chunks: chunks(), apart })) {
      content += Buffer.from(chunk).toString("latin1");
    }
    return { content, error: null };
  } catch (thrown) {
    assert.ok(thrown instanceof SysError, String(thrown));
    const { kind, message, hint, notes } = thrown;
    return { content, error: { kind, message, hint, notes } };
  }
}
