import assert from "node:assert/strict";
import { realSystem } from "../../src/system/real.ts";
import { redirected } from "../../src/system/redirected.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("what is not made yet is seen where it lies now; all else is as it is", async () => {
  await withTemporary((dir) => {
    Deno.mkdirSync(`${dir}/now/sub`, { recursive: true });
    Deno.writeTextFileSync(`${dir}/now/sub/file`, "content");
    Deno.symlinkSync("sub/file", `${dir}/now/link`);
    Deno.mkdirSync(`${dir}/obj/other`, { recursive: true });
    const { fs } = realSystem();
    const view = redirected(fs, new Map([[`${dir}/obj/tree`, `${dir}/now`]]));
    const text = (path: string) => new TextDecoder().decode(view.readFile(path));
    assert.equal(text(`${dir}/obj/tree/sub/file`), "content");
    assert.deepEqual(view.readDir(`${dir}/obj/tree`), ["link", "sub"]);
    assert.equal(view.lstat(`${dir}/obj/tree`)?.kind, "dir");
    assert.equal(view.readLink(`${dir}/obj/tree/link`), "sub/file");
    assert.equal(view.realPath(`${dir}/obj/tree/link`), `${dir}/now/sub/file`);
    const handle = view.openRead(`${dir}/obj/tree/sub/file`);
    assert.equal(handle.read(new Uint8Array(100)), 7);
    handle.close();
    assert.equal(view.lstat(`${dir}/obj/treehouse`), null);
    assert.equal(view.lstat(`${dir}/obj/other`)?.kind, "dir");
    assert.equal(view.lstat(`${dir}/now`)?.kind, "dir");
    assert.equal(redirected(fs, new Map()), fs);
  });
});
