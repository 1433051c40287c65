/** Modules as scripts, whose byte code the executable keeps. */
import assert from "node:assert/strict";
import { partsOf, withParts } from "../../scripts/compile/parts.ts";
import { scriptOf } from "../../scripts/compile/script.ts";

/** What a bundled module exports when it is run as a script. */
async function run(module: string): Promise<Record<string, unknown>> {
  const nodes: Record<string, unknown> = { "node:a": { one: 1, two: 2 }, "node:b": { three: 3 } };
  const loaded = (name: string) => ({ then: (use: (name: string) => void) => use(`${name}!`) });
  return await (0, eval)(scriptOf(module, ["yaml"]))((name: string) => nodes[name], loaded);
}

const SCRIPTS: readonly [module: string, gives: Record<string, unknown>][] = [
  ["var x=1;export{x as a};", { a: 1 }],
  ["var x=1,y=2;export{x as a,y};\n/* said\n * at the end */\n/* and more */", { a: 1, y: 2 }],
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
  assert.throws(() => scriptOf("var x=1;export{x};x++;", []), /not last/);
  assert.throws(() => scriptOf("var x=import.meta.dirname;export{x};", []), /where it is/);
});

Deno.test("compile: what follows an import stays at its column", () => {
  const module = `import{one}from"node:a";var x=1;var y=import("yaml");export{x};`;
  const line = scriptOf(module, ["yaml"]).split("\n")[1];
  assert.equal(line.indexOf("var x"), module.indexOf("var x"));
  assert.equal(line.indexOf("return"), module.indexOf("export"));
});

Deno.test("compile: the parts lie in an executable before what the runtime reads, each where its name says", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const contents = { main: "one", yaml: "", "main.cache": "three" };
  const parts = partsOf(
    new Map(Object.entries(contents).map(([name, text]) => [name, bytes(text)])),
  );
  const { PARTS, LENGTH, MARK } = (0, eval)(`${parts.constants}({PARTS,LENGTH,MARK})`);
  // The runtime, its modules, 16 bytes, and how long the modules are.
  const executable = new Uint8Array([...bytes("ELF…modules"), ...new Uint8Array(24)]);
  new DataView(executable.buffer).setBigUint64(executable.length - 8, 7n, true);
  const whole = withParts(executable, parts);
  const end = whole.length - 24 - 7;
  const text = (from: number, to: number) => new TextDecoder().decode(whole.subarray(from, to));
  assert.equal(text(0, end - LENGTH), "ELF…");
  assert.equal(text(end, end + 7), "modules");
  assert.deepEqual(whole.subarray(end + 7), executable.subarray(-24));
  const begin = end - LENGTH;
  assert.equal(text(begin, begin + MARK.length), MARK);
  for (const [name, content] of Object.entries(contents)) {
    const [start, length] = PARTS[name];
    assert.equal(text(begin + start, begin + start + length), content);
  }
  assert.notEqual(MARK, (0, eval)(`${partsOf(new Map([["main", bytes("two")]])).constants}MARK`));
});
