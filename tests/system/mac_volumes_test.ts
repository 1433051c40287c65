/** What file systems of macOS answer, through the real port. */
import assert from "node:assert/strict";
import { DENO_FS } from "../../src/system/deno_fs.ts";
import { FsError } from "../../src/system/fs.ts";
import type { NativeFile, NativeFs } from "../../src/system/native_fs.ts";
import { RealFs } from "../../src/system/real_fs.ts";
import { withTemporary } from "../support/temporary.ts";

/** The runtime's calls, on a volume where flushing ends with an error. */
function unflushed(code: string): NativeFs {
  const fails = () => {
    throw Object.assign(new Error(`os error: ${code}`), { code });
  };
  const opened = (file: NativeFile) =>
    new Proxy(file, {
      get(target, name) {
        if (name === "sync") return fails;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return {
    ...DENO_FS,
    openNew: (path, mode) => opened(DENO_FS.openNew(path, mode)),
    syncDir: fails,
  };
}

/** Writes and flushes a file and its folder. */
function write(code: string, dir: string): void {
  const fs = new RealFs({ calls: unflushed(code), os: "darwin", uid: Deno.uid() });
  const file = fs.create(`${dir}/${code}`, 0o600);
  try {
    file.write(new Uint8Array(1));
    file.sync();
  } finally {
    file.close();
  }
  fs.syncDir(dir);
}

Deno.test("macOS: a volume without F_FULLFSYNC is flushed as well as it can be", () =>
  withTemporary((dir) => {
    for (const code of ["ENOTSUP", "EINVAL", "ENOTTY"]) write(code, dir);
  }));

Deno.test("macOS: a flush that failed is an error", () =>
  withTemporary((dir) => {
    for (const code of ["EIO", "ENOSPC"]) {
      assert.throws(() => write(code, dir), (thrown) => {
        assert(thrown instanceof FsError);
        return thrown.code === code && thrown.doing === "flush";
      });
    }
  }));

function hint(path: string, code: "EPERM" | "EACCES", expected: RegExp | undefined) {
  Deno.test(`macOS: ${code} at ${path} ${expected ? "names" : "is no matter of"} the privacy setting`, () => {
    const { hint } = new FsError("write", path, code);
    if (expected === undefined) assert.equal(hint, undefined);
    else assert.match(hint ?? "", expected);
  });
}

hint("/Users/jo/Documents/a", "EPERM", /Privacy & Security/);
hint("/Users/jo/Desktop", "EPERM", /Full Disk Access/);
hint("/Users/jo/Library/Preferences/a", "EPERM", /Privacy & Security/);
hint("/Users/jo/Documents/a", "EACCES", undefined);
hint("/Users/jo/Documentsx/a", "EPERM", undefined);
hint("/Users/jo/.vimrc", "EPERM", undefined);
hint("/home/jo/Documents/a", "EPERM", undefined);
