/** What files are, by their first bytes; compilers' own output among them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fileTypes } from "../../src/realize/file_types.ts";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "../support/temporary.ts";

const { fs } = realSystem();

/** A header with the type at its place. */
function elf(type: number, little = true): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2]);
  new DataView(bytes.buffer).setUint16(16, type, little);
  return bytes;
}

function words(little: boolean, ...values: number[]): Uint8Array {
  const bytes = new Uint8Array(64);
  values.forEach((value, n) => new DataView(bytes.buffer).setUint32(n * 4, value, little));
  return bytes;
}

const text = (content: string) => new TextEncoder().encode(content);

const CASES: Record<string, [Uint8Array, type: string | null, interpreter?: string]> = {
  "relocatable": [elf(1), "object"],
  "program": [elf(2), "binary"],
  "library": [elf(3), "binary"],
  "big endian": [elf(3, false), "binary"],
  "core dump": [elf(4), null],
  "short": [elf(2).subarray(0, 12), null],
  "mach-o object": [words(true, 0xfeedfacf, 0, 0, 1), "object"],
  "mach-o program": [words(true, 0xfeedfacf, 0, 0, 2), "binary"],
  "mach-o bundle": [words(false, 0xfeedface, 0, 0, 8), "binary"],
  "fat": [words(false, 0xcafebabe, 2), "binary"],
  "java class": [words(false, 0xcafebabe, 52), null],
  "archive": [text("!<arch>\n" + "x".repeat(30)), "archive"],
  "script": [text("#!/usr/bin/env  perl -w \nmore"), "script", "/usr/bin/env  perl -w "],
  "script without an end": [text("#!/bin/sh"), "script", "/bin/sh"],
  "no text": [Uint8Array.of(0x23, 0x21, 0xff, 0xfe, 0x0a), null],
  "text": [text("hello, this is a text of more than twenty bytes"), null],
  "empty": [new Uint8Array(), null],
};

Deno.test("files of every type; links and the rest are left out", async () => {
  await withTemporary((dir) => {
    for (const [name, [content]] of Object.entries(CASES)) {
      Deno.writeFileSync(`${dir}/${name}`, content, { mode: name === "script" ? 0o755 : 0o644 });
    }
    Deno.mkdirSync(`${dir}/a folder`);
    Deno.writeFileSync(`${dir}/a folder/inside`, elf(3));
    Deno.symlinkSync("program", `${dir}/link`);
    const found = fileTypes(fs, dir);
    const expected = Object.entries(CASES).flatMap(([path, [, type, interpreter]]) =>
      type === null ? [] : [{
        path,
        executable: path === "script",
        type,
        ...(interpreter === undefined ? {} : { interpreter }),
      }]
    );
    const inside = { path: "a folder/inside", executable: false, type: "binary" };
    const byPath = (a: { path: string }, b: { path: string }) => a.path < b.path ? -1 : 1;
    assert.deepEqual(found, [...expected, inside].sort(byPath));
    assert.deepEqual(fileTypes(fs, `${dir}/program`), [{
      path: "",
      executable: false,
      type: "binary",
    }]);
  });
});

Deno.test("whatever the bytes are, nothing is thrown", async () => {
  const magics = [elf(2).subarray(0, 6), words(true, 0xfeedfacf), text("#!"), text("!<arch>")];
  await withTemporary((dir) => {
    fc.assert(
      fc.property(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 600 }), (magic, rest) => {
        Deno.writeFileSync(`${dir}/x`, new Uint8Array([...magic, ...rest]));
        fileTypes(fs, dir);
      }),
      { numRuns: 200 },
    );
  });
});
