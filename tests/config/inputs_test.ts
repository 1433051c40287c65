/** What an `inputs` table declares, and how inputs look from Lua. */
import assert from "node:assert/strict";
import { declaredInputs, evaluate } from "../../src/config/evaluate.ts";
import { SysError } from "../../src/errors.ts";
import type { InputSpec } from "../../src/inputs/types.ts";
import { writeFiles } from "./support/config.ts";
import { fixedSystem } from "./support/world.ts";

async function declared(source: string): Promise<Record<string, InputSpec>> {
  const dir = Deno.makeTempDirSync({ prefix: "sys-inputs-" });
  try {
    writeFiles(dir, { "init.lua": source });
    return await declaredInputs(fixedSystem(), {
      entry: `${dir}/init.lua`,
      limits: { seconds: 20, mebibytes: 64 },
      version: "0",
    });
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("both forms of an input, with the line of each", async () => {
  const found = await declared(`return {
  inputs = {
    short = "git:https://example.org/x.git",
    ["long-one"] = {
      url = "github:a/b", ref = "main", dir = "lua", auth = "env:TOKEN",
      inputs = { pkgs = { follows = "short" } },
    },
  },
}`);
  assert.deepEqual(found, {
    "long-one": {
      url: "github:a/b",
      ref: "main",
      dir: "lua",
      auth: "env:TOKEN",
      follows: { pkgs: "short" },
      place: { file: "init.lua", line: 4 },
    },
    short: {
      url: "git:https://example.org/x.git",
      ref: null,
      dir: null,
      auth: null,
      follows: {},
      place: { file: "init.lua", line: 3 },
    },
  });
});

Deno.test("an input needs neither `inputs` nor `setup`", async () => {
  for (const source of ["", "return 1", "return {}", "return { setup = 1 }"]) {
    assert.deepEqual(await declared(source), {}, source);
  }
});

const WRONG: [string, RegExp][] = [
  ["return { inputs = 1 }", /`inputs` is a number/],
  ["return { inputs = { 'git:x' } }", /`inputs\[1\]` has no name/],
  ["return { inputs = { x = 1 } }", /inputs\.x: expected a text or a table, got a number/],
  ["return { inputs = { x = { uri = 'a' } } }", /inputs\.x: there is no field `uri`/],
  ["return { inputs = { x = { url = 1 } } }", /inputs\.x: `url` is a number/],
  ["return { inputs = { x = { follows = 'y' } } }", /`follows` is for the inputs of an input/],
  ["return { inputs = { x = { url = 'a', inputs = { y = 1 } } } }", /`inputs\.y` does not say/],
];

for (const [source, message] of WRONG) {
  Deno.test(`inputs: ${source}`, async () => {
    await assert.rejects(declared(source), (error: unknown) => {
      assert.ok(error instanceof SysError);
      assert.match(error.message, message);
      assert.equal(error.place?.file, "init.lua");
      return true;
    });
  });
}

Deno.test("a resolver is asked once, and its error is passed on", async () => {
  const dir = Deno.makeTempDirSync({ prefix: "sys-inputs-" });
  try {
    // TOML makes the evaluation start again.
    writeFiles(dir, {
      "init.lua": 'return { inputs = { x = "path:./x" }, setup = function(inputs)\n' +
        'print(require("syslua.lib").toTOML { a = inputs.x.type }) end }',
    });
    const request = {
      entry: `${dir}/init.lua`,
      limits: { seconds: 20, mebibytes: 64 },
      version: "0",
    };
    let asked = 0;
    const evaluation = await evaluate(fixedSystem(), {
      ...request,
      resolve: (specs) => {
        asked++;
        assert.deepEqual(Object.keys(specs), ["x"]);
        return Promise.resolve(
          new Map([["x", {
            name: "x",
            type: "path",
            path: dir,
            rev: null,
            hash: "sha256-x" as never,
            lastModified: 5,
          }]]),
        );
      },
    });
    evaluation.recipes.close();
    assert.equal(asked, 1);
    assert.deepEqual(evaluation.messages, ['a = "path"\n']);
    const failing = evaluate(fixedSystem(), {
      ...request,
      resolve: () => Promise.reject(new SysError("input", "Cannot fetch x: no")),
    });
    await assert.rejects(failing, /Cannot fetch x: no/);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
