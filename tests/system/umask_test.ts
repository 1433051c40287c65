import assert from "node:assert/strict";

/** Counts how often the umask is set; the runtime's question for it sets it twice. */
const PROGRAM = `
const umask = Deno.umask;
let set = 0;
Deno.umask = (...args) => (set += args.length === 0 ? 2 : 1, umask(...args));
const { ownUmask, withUmask } = await import(${
  JSON.stringify(import.meta.resolve("../../src/system/umask.ts"))
});
console.log(ownUmask().toString(8), withUmask(0o022, () => "same"), set);
console.log(withUmask(0o077, () => umask().toString(8)), umask().toString(8), set);
`;

Deno.test({
  name: "umask: it is set only for another one, and is as before then",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'umask 022; exec "$0" eval --no-check "$1"', Deno.execPath(), PROGRAM],
    }).output();
    const decoder = new TextDecoder();
    assert.equal(decoder.decode(stdout), "22 same 0\n77 22 2\n", decoder.decode(stderr));
  },
});
