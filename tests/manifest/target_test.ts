import assert from "node:assert/strict";
import { normalizeTarget } from "../../src/manifest/target.ts";

function check(written: string, home: string | null, expected: string) {
  Deno.test(`target ${written} at home in ${home}`, () => {
    assert.equal(normalizeTarget(written, home), expected);
  });
}

check("~/a", "/home/me", "~/a");
check("~/a/", "/home/me", "~/a");
check("~//a/./b", "/home/me", "~/a/b");
check("/home/me/a", "/home/me", "~/a");
check("/home/me/a", "/home/me/", "~/a");
check("/home/men/a", "/home/me", "/home/men/a");
check("/home/me/./a//b", "/home/me", "~/a/b");
check("/home/me/a", null, "/home/me/a");
check("/etc/motd", "/home/me", "/etc/motd");
check("/etc/motd", "/", "/etc/motd");
check("/etc/.../x", "/home/me", "/etc/.../x");
check("~/.config/.hidden", "/home/me", "~/.config/.hidden");
check("C:\\Users\\me\\a", "C:\\Users\\me", "~/a");
check("C:/Windows/x", "C:\\Users\\me", "C:/Windows/x");
