/** What a Mac's disk does otherwise than Linux's. */
import assert from "node:assert/strict";
import { FsError } from "../../src/system/mod.ts";
import { WORLDS } from "../support/worlds/world.ts";

const mac = () => WORLDS.find(({ os }) => os === "darwin")!.system();
const HOME = "/Users/maria";
const refusal = (code: string) => (thrown: unknown) =>
  thrown instanceof FsError && thrown.code === code;

Deno.test("macOS: a name comes back as it was made, whatever its case and however it is composed", () => {
  const { fs } = mac();
  fs.create(`${HOME}/Re\u0301sume\u0301`, 0o644).close();
  assert.equal(fs.lstat(`${HOME}/R\u00c9SUM\u00c9`)?.kind, "file");
  assert.throws(() => fs.create(`${HOME}/r\u00e9sum\u00e9`, 0o644), refusal("EEXIST"));
  assert.deepEqual(fs.readDir(HOME), ["Re\u0301sume\u0301"]);
  assert.equal(fs.realPath(`${HOME}/r\u00e9sum\u00e9`), `${HOME}/Re\u0301sume\u0301`);
  fs.rename(`${HOME}/r\u00e9sum\u00e9`, `${HOME}/R\u00e9sum\u00e9`);
  assert.deepEqual(fs.readDir(HOME), ["R\u00e9sum\u00e9"]);
});

Deno.test("macOS: nothing is made in the root of the system", () => {
  const { fs } = mac();
  assert.throws(() => fs.mkdir("/syslua", 0o755), refusal("EROFS"));
  assert.throws(() => fs.remove("/Users"), refusal("EROFS"));
  fs.mkdir(`${HOME}/folder`, 0o755);
});
