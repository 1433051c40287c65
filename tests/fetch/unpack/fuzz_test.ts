/** Archives with bytes changed at random: whatever happens, it ends, and nothing is written elsewhere. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SysError } from "../../../src/errors.ts";
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
      Deno.mkdirSync(`${folder.path}/tree/sub`, { recursive: true });
      Deno.symlinkSync("sub", `${folder.path}/tree/link`);
      for (let n = 0; n < 5; n++) {
        Deno.writeTextFileSync(`${folder.path}/tree/sub/${n}`, `content ${n} `.repeat(200 * n));
      }
      const { code } = await new Deno.Command("sh", { args: ["-c", script], cwd: folder.path })
        .output();
      assert.equal(code, 0);
      const good = Deno.readFileSync(`${folder.path}/archive`);
      const inner = `${folder.path}/inner`;
      const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) });
      const changes = fc.array(change, { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(changes, fc.nat(good.length), fc.boolean(), async (bytes, end, cut) => {
          const bad = good.slice(0, cut ? end : undefined);
          for (const { at, byte } of bytes) if (at < bad.length) bad[at] = byte;
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
}
