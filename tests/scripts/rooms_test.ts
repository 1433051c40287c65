/** What is against the law of rooms is found, and only that. */
import assert from "node:assert/strict";
import { fromFileUrl } from "../support/paths.ts";
import { withTemporary } from "../support/temporary.ts";

const SCRIPT = fromFileUrl(new URL("../../scripts/check_rooms.ts", import.meta.url));

/** File → what is in it, and what is said of it; null for nothing. */
const FILES: Readonly<Record<string, readonly [text: string, said: RegExp | null]>> = {
  "store/native.ts": ['import { join } from "node:path";', /paths have one form inside/],
  "store/posix.ts": ['import { join } from "node:path/posix";', null],
  "system/native.ts": ['import { join } from "node:path";', null],
  "store/runtime.ts": ["Deno.readFileSync(path);", /may name Deno/],
  "store/words.ts": ["// Deno.readFileSync(path);\n", null],
  "system/runtime.ts": ["Deno.readFileSync(path);", null],
  "store/effects.ts": ['import fs from "node:fs";', /behind a port of system/],
  "store/upwards.ts": ['import { run } from "../cli/run.ts";', /store may not import cli\/run\.ts/],
  "store/downwards.ts": ['import { fs } from "../system/fs.ts";', null],
  "store/outside.ts": ['import { x } from "../../tests/x.ts";', /outside src/],
  "attic/thing.ts": ["", /"attic" is not in the law/],
  "lua/one.ts": ['import { two } from "./two.ts";', null],
  "lua/two.ts": ['const one = await import("./one.ts");', /one\.ts → lua\/two\.ts → lua\/one\.ts/],
};

Deno.test("rooms: what is against the law is named, and nothing else", () =>
  withTemporary(async (dir) => {
    for (const [path, [text]] of Object.entries(FILES)) {
      const full = `${dir}/src/${path}`;
      Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(full, text);
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", `--allow-read=${dir}`, SCRIPT],
      cwd: dir,
    }).output();
    assert.equal(code, 1);
    const lines = new TextDecoder().decode(stderr).split("\n");
    assert.ok(lines.includes("the law lets cli import journeys, and no file does"));
    for (const [path, [, said]] of Object.entries(FILES)) {
      const about = lines.filter((line) => line.startsWith(`src/${path}: `));
      if (said === null) assert.deepEqual(about, [], path);
      else assert.ok(lines.some((line) => said.test(line)), path);
    }
  }));
