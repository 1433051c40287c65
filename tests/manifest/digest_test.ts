import assert from "node:assert/strict";
import { canonicalJson } from "../../src/manifest/canonical.ts";
import { manifestDigest } from "../../src/manifest/digest.ts";
import type { Manifest } from "../../src/manifest/types.ts";

const EMPTY: Manifest = {
  version: 1,
  platform: "x86_64-linux",
  config: "init.lua",
  inputs: [],
  sources: [],
  derivations: [],
  activations: [],
  reads: [],
};

Deno.test("golden digest of an empty manifest", () => {
  assert.equal(manifestDigest(EMPTY), "sha256-eu3B2PcYLewMW8crf/vB8KjSBrCr0g84Zy70OYYUKLM=");
});

Deno.test("the order of keys does not change a digest, the content does", () => {
  const turned = Object.fromEntries(Object.entries(EMPTY).reverse()) as unknown as Manifest;
  assert.equal(manifestDigest(turned), manifestDigest(EMPTY));
  assert.notEqual(manifestDigest({ ...EMPTY, config: "other.lua" }), manifestDigest(EMPTY));
});

Deno.test("keys are sorted at every depth, lists are not", () => {
  assert.equal(
    canonicalJson({ b: [2, { d: 1, c: null }], a: "x" }),
    '{"a":"x","b":[2,{"c":null,"d":1}]}',
  );
});
