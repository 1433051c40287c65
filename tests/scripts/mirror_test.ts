/** scripts/debian_mirror takes Debian's own source, whatever other vendors' lie before it. */
import assert from "node:assert/strict";
import { fromFileUrl } from "../support/paths.ts";
import { withTemporary } from "../support/temporary.ts";

const SCRIPT = fromFileUrl(new URL("../../scripts/debian_mirror", import.meta.url));
const DEBIAN = "Debian|Debian|bookworm|main|http://deb.example.org/debian/";
const UNKNOWN = "||bookworm|main|http://deb.example.org/debian/";
const VENDOR = "Vendor|Vendor|bookworm|main|https://vendor.example.com/apt/";
const SECURITY =
  "Debian|Debian-Security|bookworm-security|main|http://deb.example.org/debian-security/";

const CASES: readonly (readonly [string, readonly string[], string | null])[] = [
  ["Debian's own is the first", [DEBIAN, VENDOR], "http://deb.example.org/debian/"],
  ["another vendor's is the first", [VENDOR, SECURITY, DEBIAN], "http://deb.example.org/debian/"],
  [
    "nothing was fetched yet",
    ["||bookworm|main|https://vendor.example.com/apt/", UNKNOWN],
    "http://deb.example.org/debian/",
  ],
  [
    "fields have their names for values",
    [UNKNOWN.replace("||", "$(ORIGIN)|$(LABEL)|")],
    "http://deb.example.org/debian/",
  ],
  ["there is none", [VENDOR, SECURITY], null],
];

for (const [name, lines, expected] of CASES) {
  Deno.test({
    name: `scripts/debian_mirror: ${name}`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      withTemporary(async (dir) => {
        Deno.writeTextFileSync(`${dir}/apt-get`, `#!/bin/sh\nprintf '%s\\n' "$SOURCES"\n`);
        Deno.chmodSync(`${dir}/apt-get`, 0o755);
        const { code, stdout } = await new Deno.Command("sh", {
          args: [SCRIPT],
          env: { PATH: `${dir}:/usr/bin:/bin`, SOURCES: lines.join("\n") },
          stderr: "null",
        }).output();
        assert.equal(code, expected === null ? 1 : 0);
        assert.equal(new TextDecoder().decode(stdout).trim(), expected ?? "");
      }),
  });
}
