/** `examples/toolbox` is a config that evaluates; `deno task toolbox` builds it. */
import assert from "node:assert/strict";
import { ARCHIVES, sourceNames } from "../../scripts/toolbox/mirror.ts";
import { fromFileUrl } from "../support/paths.ts";
import { evaluateFile } from "./support/config.ts";

const EXAMPLE = fromFileUrl(new URL("../../examples/toolbox", import.meta.url));

Deno.test("the toolbox declares a derivation for each source, and Debian has the archive of each", async () => {
  const sources = sourceNames(Deno.readTextFileSync(`${EXAMPLE}/sources.lua`));
  assert.ok(sources.length >= 12);
  assert.deepEqual(sources, Object.keys(ARCHIVES));
  const { manifest, recipes } = await evaluateFile(`${EXAMPLE}/init.lua`);
  recipes.close();
  assert.deepEqual(manifest.derivations.map(({ name }) => name).sort(), sources);
});
