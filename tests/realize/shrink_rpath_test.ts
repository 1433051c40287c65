/** RPATHs with what is needed, by real compilers: the programs have to run afterwards. */
import assert from "node:assert/strict";
import { shrinkRpath } from "../../src/realize/shrink_rpath.ts";
import { renewBuildId } from "../../src/realize/renew_build_id.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

const { fs } = realSystem();
const has = (program: string) =>
  new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).outputSync()
    .success;
const missing = ["cc", "readelf"].filter((program) => !has(program));
const ignore = missing.length > 0 || Deno.build.os !== "linux";
const skipped = ignore ? ` (skipped: no ${missing.join(", ") || "ELF"})` : "";

function sh(dir: string, line: string): string {
  const { success, stdout, stderr } = new Deno.Command("sh", { args: ["-ec", line], cwd: dir })
    .outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Libraries `one` and `two` in folders of their own; `lib` is a symbol whose name is the end of a folder's. */
function prepare(dir: string): void {
  sh(
    dir,
    `mkdir -p one/lib two/lib none/lib
     echo 'int one(void) { return 1; } int lib(void) { return 3; } int b(void) { return 4; }' >one.c
     echo 'int two(void) { return 2; }' >two.c
     cc -shared -fPIC -o one/lib/libone.so one.c
     cc -shared -fPIC -o two/lib/libtwo.so two.c
     echo 'int one(void), lib(void), b(void); int main(void) { return one() + lib() + b() - 8; }' >app.c
     echo 'int main(void) { return 0; }' >alone.c`,
  );
}

const rpath = (dir: string, file: string) =>
  /R(?:UN)?PATH\).*\[(.*)\]/.exec(sh(dir, `readelf -d ${file}`))?.[1] ?? null;

for (const tags of ["--enable-new-dtags", "--disable-new-dtags"]) {
  Deno.test({
    name: `folders without a needed library go, ${tags}${skipped}`,
    ignore,
    fn: () =>
      withTemporary((dir) => {
        prepare(dir);
        const all = ["none", "one", "two"].map((name) => `${dir}/${name}/lib`);
        const link = `-Wl,${tags} -Wl,-rpath,${all.join(":")}:relative:${dir}/one/lib`;
        sh(dir, `cc -o app app.c -Lone/lib -lone ${link}; cc -o alone alone.c ${link}`);
        Deno.chmodSync(`${dir}/app`, 0o751);
        const gone = shrinkRpath(fs, `${dir}/app`);
        assert.deepEqual(gone, [all[0], all[2], "relative"]);
        assert.equal(rpath(dir, "app"), all[1]);
        assert.equal(Deno.statSync(`${dir}/app`).mode! & 0o777, 0o751);
        sh(dir, "./app");
        // The folders are not in the file any more: what they are in would be kept.
        assert.doesNotMatch(sh(dir, "strings app"), /two\/|none\//);
        assert.deepEqual(shrinkRpath(fs, `${dir}/app`), []);
        shrinkRpath(fs, `${dir}/alone`);
        assert.equal(rpath(dir, "alone"), null);
        sh(dir, "./alone");
      }),
  });
}

Deno.test({
  name: `$ORIGIN is where the file lies${skipped}`,
  ignore,
  fn: () =>
    withTemporary((dir) => {
      prepare(dir);
      sh(dir, `cc -o app app.c -Lone/lib -lone -Wl,-rpath,'$ORIGIN/two/lib:$ORIGIN/one/lib'`);
      assert.deepEqual(shrinkRpath(fs, `${dir}/app`), ["$ORIGIN/two/lib"]);
      sh(dir, "./app");
    }),
});

Deno.test({
  name: `folders are written with single slashes, once${skipped}`,
  ignore,
  fn: () =>
    withTemporary((dir) => {
      prepare(dir);
      const long = `${dir}/one${"/".repeat(200)}lib`;
      sh(dir, `cc -o app app.c -Lone/lib -lone -Wl,-rpath,${long} -Wl,-rpath,${dir}/one/lib`);
      assert.deepEqual(shrinkRpath(fs, `${dir}/app`), []);
      assert.equal(rpath(dir, "app"), `${dir}/one/lib`);
      sh(dir, "./app");
    }),
});

Deno.test({
  name: `a file whose RPATH is gone is the same whatever it was, with its build-id${skipped}`,
  ignore,
  fn: () =>
    withTemporary((dir) => {
      prepare(dir);
      for (const name of ["a", "b"]) {
        sh(
          dir,
          `cc -g -Wl,--build-id -o ${name} alone.c -Wl,-rpath,/${name}/none; strip ${name}`,
        );
      }
      const same = () => sh(dir, "cmp a b || true") === "";
      assert.ok(!same());
      for (const name of ["a", "b"]) shrinkRpath(fs, `${dir}/${name}`);
      assert.ok(!same());
      for (const name of ["a", "b"]) renewBuildId(fs, `${dir}/${name}`);
      assert.ok(same());
      sh(dir, "./a");
      const before = Deno.readFileSync(`${dir}/a`);
      renewBuildId(fs, `${dir}/a`);
      assert.deepEqual(Deno.readFileSync(`${dir}/a`), before);
    }),
});

Deno.test("what is no ELF file stays as it is", () =>
  withTemporary((dir) => {
    for (const content of ["", "text", "\x7fELF\x02\x01 and no more"]) {
      Deno.writeTextFileSync(`${dir}/x`, content);
      assert.deepEqual(shrinkRpath(fs, `${dir}/x`), []);
      renewBuildId(fs, `${dir}/x`);
      assert.equal(Deno.readTextFileSync(`${dir}/x`), content);
    }
    assert.deepEqual(shrinkRpath(fs, dir), []);
  }));
