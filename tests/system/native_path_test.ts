import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import fc from "fast-check";
import { nativePaths } from "../../src/system/native_path.ts";

const windows = nativePaths("windows");

/** Native → inside. */
const FROM: readonly (readonly [string, string])[] = [
  ["C:\\Users\\jo", "/c/Users/jo"],
  ["c:/Users/jo", "/c/Users/jo"],
  ["C:\\", "/c"],
  ["C:", "/c"],
  ["/c/Users/jo", "/c/Users/jo"],
  ["/C/Users", "/c/Users"],
  ["/c", "/c"],
  ["\\\\server\\share\\x", "/unc/server/share/x"],
  ["//server/share", "/unc/server/share"],
  ["\\\\?\\C:\\a\\b", "/c/a/b"],
  ["\\\\?\\UNC\\server\\share\\x", "/unc/server/share/x"],
  ["\\??\\C:\\a", "/c/a"],
  ["\\\\.\\C:\\a", "/c/a"],
  ["..\\a\\b", "../a/b"],
  ["a", "a"],
  ["", ""],
  ["/usr/bin", "/usr/bin"],
];

/** Inside → native. */
const TO: readonly (readonly [string, string])[] = [
  ["/c/Users/jo", "C:\\Users\\jo"],
  ["/c", "C:\\"],
  ["/unc/server/share/x", "\\\\server\\share\\x"],
  ["../a/b", "..\\a\\b"],
  ["/uncle/x", "\\uncle\\x"],
  ["/unc", "\\unc"],
];

Deno.test("windows: a path has one form inside, whatever form it comes in", () => {
  for (const [native, inside] of FROM) assert.equal(windows.fromNative(native), inside, native);
});

Deno.test("windows: a path leaves in the system's form", () => {
  for (const [inside, native] of TO) assert.equal(windows.toNative(inside), native, inside);
  assert.equal(windows.toMixed("/c/Users/jo"), "C:/Users/jo");
  assert.equal(windows.toMixed("/unc/server/share"), "//server/share");
});

Deno.test("windows: what says by itself where it is", () => {
  const absolute = ["C:\\x", "C:/x", "/c/x", "\\\\server\\share", "\\\\?\\C:\\x"];
  for (const path of absolute) assert.ok(windows.isAbsolute(path), path);
  for (const path of ["x", "..\\x", "C:x", ""]) assert.ok(!windows.isAbsolute(path), path);
});

const name = fc.stringMatching(/^[A-Za-z0-9é _~.-]{1,8}$/).filter((it) => !/^\.+$/.test(it));
const below = fc.array(name, { maxLength: 5 });
const drive = fc.constantFrom("c", "d", "z");

Deno.test("windows: inside → native → inside is the same, on drives and shares, absolute and relative", () => {
  const roots = fc.oneof(
    drive.map((letter) => `/${letter}`),
    fc.tuple(name, name).map(([server, share]) => `/unc/${server}/${share}`),
  );
  fc.assert(fc.property(roots, below, (root, names) => {
    const path = [root, ...names].join("/");
    const native = windows.toNative(path);
    assert.ok(win32.isAbsolute(native), native);
    for (const form of [native, windows.toMixed(path)]) {
      assert.equal(windows.fromNative(form), path);
    }
  }));
  fc.assert(fc.property(below, (names) => {
    const path = ["..", ...names].join("/");
    assert.equal(windows.fromNative(windows.toNative(path)), path);
  }));
});

Deno.test("windows: native → inside → native is the same for what the system itself says", () => {
  fc.assert(fc.property(drive, below, (letter, names) => {
    const native = win32.join(`${letter.toUpperCase()}:\\`, ...names);
    assert.equal(windows.toNative(windows.fromNative(native)), native);
    assert.equal(windows.fromNative(`\\\\?\\${native}`), windows.fromNative(native));
    assert.ok(posix.isAbsolute(windows.fromNative(native)));
  }));
});

Deno.test("elsewhere a path has the same form inside and outside", () => {
  for (const os of ["linux", "darwin"] as const) {
    const paths = nativePaths(os);
    for (const path of ["/a/b", "C:\\x", "a\\b", "/c/x"]) {
      assert.deepEqual([paths.toNative(path), paths.fromNative(path)], [path, path]);
    }
  }
});
