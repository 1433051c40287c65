/** Modules as scripts, whose byte code the executable keeps. */
import assert from "node:assert/strict";
import { scriptOf } from "../../scripts/compile/script.ts";

/** What a bundled module exports when it is run as a script. */
async function run(module: string): Promise<Record<string, unknown>> {
  const nodes: Record<string, unknown> = { "node:a": { one: 1, two: 2 }, "node:b": { three: 3 } };
  const loaded = (name: string) => ({ then: (use: (name: string) => void) => use(`${name}!`) });
  return await (0, eval)(scriptOf(module, ["yaml"]))((name: string) => nodes[name], loaded);
}

const SCRIPTS: readonly [module: string, gives: Record<string, unknown>][] = [
  ["var x=1;export{x as a};", { a: 1 }],
  ["var x=1,y=2;export{x as a,y};\n/* said at the end */\n", { a: 1, y: 2 }],
  [`import{one as x,two}from"node:a";var z=x+two;export{z};`, { z: 3 }],
  [`var f=()=>x.three;import x from"node:b";var z=f();export{z};`, { z: 3 }],
  [`import*as x from"node:b";var z=x.three;export{z};`, { z: 3 }],
  [`import x,{three as y}from"node:b";var z=x.three+y;export{z};`, { z: 6 }],
  [`var z=[];import("yaml").then(n=>z.push(n));import("node:zlib").then(n=>z.push(n));export{z};`, {
    z: ["yaml!", "node:zlib!"],
  }],
  [`var z="import(x)";export{z};`, { z: "import(x)" }],
  ["await 0;var x=1;export{x};", { x: 1 }],
  // A module is strict.
  ["var z=(function(){return this})();export{z};", { z: undefined }],
];

for (const [module, gives] of SCRIPTS) {
  Deno.test(`compile: as a script, ${module.trim()}`, async () => {
    assert.deepEqual(await run(module), gives);
  });
}

Deno.test("compile: what can't be a script is refused", () => {
  assert.throws(
    () => scriptOf(`import x from"./other.js";export{x};`, []),
    /imports \.\/other\.js/,
  );
  assert.throws(() => scriptOf("var x=import.meta.dirname;export{x};", []), /where it is/);
});

Deno.test("compile: what follows an import stays at its column", () => {
  const module = `import{one}from"node:a";var x=1;var y=import("yaml");export{x};`;
  const line = scriptOf(module, ["yaml"]).split("\n")[1];
  assert.equal(line.indexOf("var x"), module.indexOf("var x"));
  assert.equal(line.indexOf("return"), module.indexOf("export"));
});
