/** Each folder of `fixtures/` is a config and what it must give: its Manifest, or the error as people see it.
 * `UPDATE_GOLDENS=1` writes what it gives now. */
import assert from "node:assert/strict";
import { messageOf, SysError } from "../../src/errors.ts";
import { evaluateFile, type Options } from "./support/config.ts";

const root = new URL("../../fixtures/", import.meta.url);
const update = Deno.env.get("UPDATE_GOLDENS") === "1";

const names = [...Deno.readDirSync(root)].filter((entry) => entry.isDirectory)
  .map((entry) => entry.name).sort();

for (const name of names) {
  const entry = new URL(`${name}/init.lua`, root);
  if (!exists(entry)) continue;
  Deno.test(`fixture ${name}`, async () => {
    const golden = new URL(`${name}/expected.json`, root);
    const found = `${JSON.stringify(await outcome(entry, name), null, 2)}\n`;
    if (update) Deno.writeTextFileSync(golden, found);
    else assert.equal(found, Deno.readTextFileSync(golden));
  });
}

Deno.test("there are fixtures", () => assert.ok(names.length > 20));

async function outcome(entry: URL, name: string): Promise<unknown> {
  try {
    const evaluation = await evaluateFile(entry.pathname, optionsOf(name));
    evaluation.recipes.close();
    const { manifest, messages } = evaluation;
    return { manifest, ...(messages.length > 0 ? { messages } : {}) };
  } catch (error) {
    if (!(error instanceof SysError)) return { crash: messageOf(error) };
    const { message, place, hint, notes } = error;
    return { error: { message, place, hint, notes } };
  }
}

/** `options.json` beside a fixture. */
function optionsOf(name: string): Options {
  const file = new URL(`${name}/options.json`, root);
  return exists(file) ? JSON.parse(Deno.readTextFileSync(file)) : {};
}

function exists(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
