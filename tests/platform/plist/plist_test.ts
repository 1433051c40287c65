/** Property lists: written, read, and kept as plain data, each type as it is. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromJson, sameValue, toJson } from "../../../src/platform/plist/json.ts";
import { type Plist, PlistDate } from "../../../src/platform/plist/plist.ts";
import { readPlist } from "../../../src/platform/plist/read.ts";
import { writePlist } from "../../../src/platform/plist/write.ts";
import { SysError } from "../../../src/errors.ts";
import type { Json } from "../../../src/manifest/types.ts";
import { plists } from "./arbitrary.ts";

Deno.test("macOS: what is written as a property list is read as it was", () => {
  fc.assert(fc.property(plists, (value) => {
    assert.deepEqual(readPlist(writePlist(value)), value);
  }));
});

Deno.test("macOS: a property list comes back from plain data with its types", () => {
  fc.assert(fc.property(plists, (value) => {
    const data = JSON.parse(JSON.stringify(toJson(value))) as Json;
    assert.deepEqual(fromJson(data), value);
    assert(sameValue(fromJson(data), value));
  }));
});

function table(entries: Record<string, Plist>): Plist {
  return new Map(Object.entries(entries));
}

Deno.test("macOS: a property list is written as Apple's are", () => {
  const value = table({
    a: "<&>\r",
    b: [1n, 1.5, 1e21, -0, true, []],
    c: table({}),
    d: new Uint8Array([1, 2, 255]),
    e: new PlistDate("4001-01-01T00:00:00Z"),
  });
  assert.equal(
    writePlist(value),
    `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>a</key>
  <string>&lt;&amp;&gt;&#13;</string>
  <key>b</key>
  <array>
    <integer>1</integer>
    <real>1.5</real>
    <real>1e+21</real>
    <real>-0</real>
    <true/>
    <array/>
  </array>
  <key>c</key>
  <dict/>
  <key>d</key>
  <data>AQL/</data>
  <key>e</key>
  <date>4001-01-01T00:00:00Z</date>
</dict>
</plist>
`,
  );
});

function refused(name: string, value: Plist, why: RegExp) {
  Deno.test(`macOS: no property list holds ${name}`, () => {
    assert.throws(() => writePlist([value]), (thrown: unknown) => {
      assert(thrown instanceof SysError);
      assert.match(thrown.message, why);
      return true;
    });
  });
}

refused("a control character", "a\x07", /U\+0007/);
refused("a control character in a key", table({ "\x1b": 1n }), /U\+001B/);
refused("half a character", "\ud800", /half/);
refused("what is no number", NaN, /NaN/);
refused("what is endless", -Infinity, /Infinity/);
refused("a number of 65 bits", 1n << 64n, /64 bits/);
refused("no date", new PlistDate("yesterday"), /yesterday/);
refused("what would be a reference", table({ CF$UID: 1n }), /CF\$UID/);

function read(inner: string, expected: Plist) {
  Deno.test(`macOS: ${inner} is read`, () => {
    assert.deepEqual(readPlist(`<plist version="1.0">${inner}</plist>`), expected);
  });
}

read("<integer>0x1F</integer>", 31n);
read("<integer>-9223372036854775808</integer>", -(1n << 63n));
read("<real>2</real>", 2);
read("<string>a&#x1F600;&quot;&apos;<![CDATA[<b>]]></string>", "a\u{1f600}\"'<b>");
read("<string></string>", "");
read("<data>\n\tAQ\n\tL/\n\t</data>", new Uint8Array([1, 2, 255]));
read("<!-- x --><true></true>", true);
read("<dict><key>__proto__</key><string/></dict>", new Map([["__proto__", ""]]));

function unread(inner: string, why: RegExp) {
  Deno.test(`macOS: ${inner.slice(0, 60)} is no property list`, () => {
    assert.throws(() => readPlist(inner), (thrown: unknown) => {
      assert(thrown instanceof SysError);
      assert.match(thrown.message, why);
      return true;
    });
  });
}

unread("", /no <plist>|missing/);
unread("bplist00", /missing/);
unread("<plist><true/>", /missing/);
unread("<plist><true/></plist>x", /follows/);
unread("<plist></plist>", /value is missing/);
unread("<plist><true/><true/></plist>", /<\/plist> is missing/);
unread("<plist><integer>1.5</integer></plist>", /means nothing/);
unread("<plist><integer>18446744073709551616</integer></plist>", /means nothing/);
unread("<plist><real>nan</real></plist>", /means nothing/);
unread("<plist><date>2026-01-01</date></plist>", /means nothing/);
unread("<plist><data>A</data></plist>", /means nothing/);
unread("<plist><nope/></plist>", /means nothing/);
unread("<plist><string>&nope;</string></plist>", /&nope/);
unread("<plist><string>a<b/></string></plist>", /missing/);
unread("<plist><dict><key>a</key></dict></plist>", /value is missing/);
unread("<plist><dict><key>a</key><true/><key>a</key><true/></dict></plist>", /twice/);
unread("<plist><dict><key>CF$UID</key><integer>1</integer></dict></plist>", /archive/);
unread(`<plist>${"<array>".repeat(9999)}`, /missing/);

Deno.test("macOS: numbers of both types are the same number, and no others are", () => {
  assert(sameValue([48n, table({ a: 1n, b: "" })], [48, table({ b: "", a: 1 })]));
  assert(!sameValue(9007199254740993n, 9007199254740992));
  assert(!sameValue("1", 1n));
  assert(!sameValue(true, 1n));
  assert(!sameValue([1n], [1n, 2n]));
  assert(!sameValue(table({ a: 1n }), table({ b: 1n })));
});
