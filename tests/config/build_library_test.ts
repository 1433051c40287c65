/** `lib.build` as a config sees it: read when it is named, hashed by what is used, and words for what is wrong. */
import assert from "node:assert/strict";
import { SysError } from "../../src/errors.ts";
import { declaredInputs } from "../../src/config/evaluate.ts";
import { Evaluator } from "../../src/config/evaluator.ts";
import { BUILD_LIBRARY } from "../../src/lua/build_library.generated.ts";
import { Codecs } from "../../src/lua/codecs.ts";
import type { Declared } from "../../src/manifest/declared.ts";
import { withTemporary } from "../support/temporary.ts";
import { setup, withConfig } from "./support/config.ts";
import { fixedSystem } from "./support/world.ts";
import { FACTS } from "./support/facts.ts";

const TOP = 'local build = require("syslua.lib").build\n';
const HASH = "a".repeat(64);
const SRC = `src = { url = "https://example.org/x.tar.gz", sha256 = "${HASH}" }`;

/** Derivations of a config by name, evaluated with the given files of the library, and the files that it read. */
async function declared(source: string, parts = new Map(BUILD_LIBRARY)) {
  return await withTemporary(async (dir) => {
    Deno.writeTextFileSync(`${dir}/init.lua`, source);
    const read: string[] = [];
    class Watched extends Codecs {
      override part(name: string): string {
        read.push(name);
        return super.part(name);
      }
    }
    const limits = { seconds: 20, mebibytes: 256 };
    const request = { entry: `${dir}/init.lua`, limits, version: "0.0.0" };
    const evaluator = new Evaluator(fixedSystem(), request, new Watched(parts));
    try {
      await evaluator.load("entry");
      const { derivations } = JSON.parse(await evaluator.call("setup")) as Declared;
      return { hashes: new Map(derivations.map(({ name, hash }) => [name, hash])), read };
    } finally {
      evaluator.close();
    }
  });
}

Deno.test("nothing of it is read by a config that does not name it, and of it only what is used", async () => {
  const plain = setup('derive { name = "x", config = function() end }', 'require("syslua.lib")');
  assert.deepEqual((await declared(plain)).read, []);
  const { read } = await declared(setup(`build.make { name = "x", ${SRC} }`, TOP));
  assert.ok(read.includes("make"));
  for (const other of ["autotools", "cmake", "cargo", "go", "npm", "python", "meson"]) {
    assert.ok(!read.includes(other), other);
  }
});

/** The library with a part that does something more. */
function changed(name: string, from: string, to: string): Map<string, string> {
  const parts = new Map(BUILD_LIBRARY);
  const text = parts.get(name)!;
  assert.ok(text.includes(from), `${name} has no ${from}`);
  parts.set(name, text.replace(from, to));
  return parts;
}

Deno.test("a derivation's hash covers the parts of the library that it uses, and no other", async () => {
  const source = setup(
    `build.autotools { name = "configured", ${SRC} }
     build.cmake { name = "cmade", ${SRC} }
     derive { name = "wrapped", config = function(_, ctx) build.wrap(ctx, ctx.out, {}) end }`,
    TOP,
  );
  const before = (await declared(source)).hashes;
  const differ = async (parts: Map<string, string>) => {
    const { hashes } = await declared(source, parts);
    return [...hashes].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name)
      .sort();
  };
  const cases: [string, string, string, string[]][] = [
    ["cmake", '"--install"', '"--install-all"', ["cmade"]],
    ["autotools", '"--prefix="', '"--root="', ["configured"]],
    ["make_steps", '{ "install" }', '{ "install-all" }', ["configured"]],
    ["finish", "share/info/dir", "share/info/all", ["cmade", "configured"]],
    ["wrap", '"#!/bin/sh"', '"#!/bin/bash"', ["wrapped"]],
    ["common", 'need(ctx, { "patch" }', 'need(ctx, { "patch2" }', [
      "cmade",
      "configured",
    ]],
    ["cargo", '"--offline"', '"--frozen"', []],
    ["vendored", "fetch(given, ctx)", "fetch(given, ctx, 1)", []],
    ["meson", '"--wrap-mode=nodownload"', '"--wrap-mode=nofallback"', []],
  ];
  for (const [name, from, to, expected] of cases) {
    assert.deepEqual(await differ(changed(name, from, to)), expected, `${name}: ${from}`);
  }
});

Deno.test("dependencies come in the order given, each followed by what it propagates, once", async () => {
  const source = setup(
    `local a = build.make { name = "a", ${SRC} }
     local b = build.make { name = "b", ${SRC}, propagate = { a } }
     local c = build.make { name = "c", ${SRC}, outputs = { "out", "dev" }, propagate = { b } }
     local d = derive { name = "d", config = function() end }
     build.make { name = "x", ${SRC}, deps = { c, d, a } }`,
    TOP,
  );
  await withConfig(source, ({ manifest }) => {
    const named = new Map(manifest.derivations.map((one) => [one.hash, one.name]));
    const x = manifest.derivations.find(({ name }) => name === "x")!;
    const { deps } = x.opts as { deps: string[] };
    assert.equal(deps.length, 5);
    assert.equal(new Set(deps).size, 5);
    assert.deepEqual(x.dependencies.map((hash) => named.get(hash)).sort(), ["a", "b", "c", "d"]);
  });
});

Deno.test("what a lock file names is a derivation of its own, with the hash that is given", async () => {
  const digest = `sha256-${"A".repeat(43)}=`;
  for (const builder of ["cargo", "go", "npm", "python"]) {
    const source = setup(`build.${builder} { name = "x", ${SRC}, vendor = "${digest}" }`, TOP);
    await withConfig(source, ({ manifest }) => {
      const [vendor, x] = ["x-vendor", "x"].map((wanted) =>
        manifest.derivations.find(({ name }) => name === wanted)!
      );
      assert.equal(vendor.fixed, digest);
      assert.equal(x.fixed, null);
      assert.deepEqual(x.dependencies, [vendor.hash]);
    });
    await withConfig(
      setup(`build.${builder} { name = "x", ${SRC} }`, TOP),
      ({ manifest }) => assert.equal(manifest.derivations.length, 1),
    );
  }
});

Deno.test("an input may use it at the top of its entry file", async () => {
  await withTemporary(async (dir) => {
    const entry = `${dir}/init.lua`;
    const inputs = 'inputs = { other = "path:./other" }';
    Deno.writeTextFileSync(
      entry,
      `${TOP}return { x = build.make { name = "x", ${SRC} }, ${inputs} }`,
    );
    const limits = { seconds: 20, mebibytes: 256 };
    const found = await declaredInputs(fixedSystem(), { entry, limits, version: "0.0.0" });
    assert.deepEqual(Object.keys(found), ["other"]);
  });
});

const REFUSED: [string, RegExp, RegExp][] = [
  [`require("syslua.lib").biuld.make {}`, /There is no `lib.biuld`/, /did you mean `lib.build`/],
  [`build.autotool {}`, /There is no `lib.build.autotool`/, /did you mean `lib.build.autotools`/],
  [`build.make "x"`, /build.make: expected a table/, /write build.make/],
  [`build.make { ${SRC} }`, /build.make: `name` is missing/, /^$/],
  [`build.make { name = "x" }`, /build.make "x": `src` is missing/, /write src = \{ url/],
  [
    `build.make { name = "x", src = { url = "https://x" } }`,
    /`src.sha256` is missing/,
    /sys hash <url>/,
  ],
  [`build.make { name = "x", src = {} }`, /`src` says no place/, /it has `url` and `sha256`/],
  [`build.make { name = "x", ${SRC}, dep = {} }`, /there is no field `dep`/, /`deps`/],
  [
    `build.make { name = "x", ${SRC}, config = function() end }`,
    /`config` is what it makes itself/,
    /the steps are unpack, patch/,
  ],
  [`build.make { name = "x", ${SRC}, deps = { 1 } }`, /`deps` holds a number/, /write deps/],
  [
    `build.make { name = "x", ${SRC}, deps = { "zlib" } }`,
    /`deps` holds "zlib" where a derivation is expected/,
    /write deps = { zlib, … }/,
  ],
  [
    `build.make { name = "x", src = "./x.tar.gz" }`,
    /`src` is "\.\/x\.tar\.gz", which a build does not reach/,
    /write syslua\.source\("\.\/…"\)/,
  ],
  [
    `build.make { name = "x", src = "https://example.org/x.tar.gz" }`,
    /`src` is "https:.*", which a build does not reach/,
    /write { url = "…", sha256 = "…" }/,
  ],
  [
    `build.make { name = "x", ${SRC}, patches = { { path = "/b.patch", strip = 0 } } }`,
    /`patches\[1\]\.path` is "\/b\.patch", which a build does not reach/,
    /write syslua\.source/,
  ],
  [`build.make { name = "x", ${SRC}, check = "yes" }`, /`check` is a string/, /write check = true/],
  [`build.make { name = "x", ${SRC}, install = "x" }`, /`install` is a string/, /default/],
  [`build.make { name = "x", ${SRC}, outputs = { "dev" } }`, /`outputs` has no `out`/, /"out"/],
  [`build.make { name = "x", ${SRC}, cores = 0 }`, /`cores` is a whole number/, /^$/],
  [`build.make { name = "x", ${SRC}, opts = { src = 1 } }`, /`opts.src` is a field/, /beside/],
  [`build.make { name = "x", ${SRC}, patches = "x" }`, /`patches` is no list/, /write patches/],
];

for (const [body, message, hint] of REFUSED) {
  Deno.test(`refused: ${body.replace(SRC, "…")}`, async () => {
    const thrown = await withConfig(setup(body, TOP), () => null).catch((error) => error);
    assert.ok(thrown instanceof SysError, "nothing was thrown");
    assert.match(thrown.message, message);
    assert.match(thrown.hint ?? "", hint);
    // The user's own line, not the library's.
    assert.equal(thrown.place?.file, "init.lua");
  });
}

Deno.test("a build that runs cannot name it for the first time", async () => {
  const source = setup(
    'derive { name = "x", config = function() local b = lib.build end }',
    'local lib = require("syslua.lib")',
  );
  await withConfig(source, async ({ manifest, recipes }) => {
    const step = await recipes.open(manifest.derivations[0].hash)
      .start(FACTS);
    assert.equal(step.kind, "failed");
    if (step.kind === "failed") assert.match(step.error.message, /while a build runs/);
  });
});
