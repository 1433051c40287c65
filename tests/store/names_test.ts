import assert from "node:assert/strict";
import { refusedName } from "../../src/system/windows/names.ts";
import { isObjectName, objectAtStart, objectName, objectsIn } from "../../src/store/names.ts";

const HASH = "0123456789abcdfghijklmnpqrsvwxyz";
const A = `tool-1.0-${HASH}`;
const B = `b-${HASH}`;

const NAMED: [what: string, text: string, objects: string[]][] = [
  ["nothing", "", []],
  ["a bare name", A, []],
  ["the path of an object", `/root/store/obj/${A}`, [A]],
  ["a path into an object", `/root/store/obj/${A}/bin/tool`, [A]],
  ["a path of Windows", `C:\\syslua\\store\\obj\\${A}\\bin`, [A]],
  ["a path of Windows in a quoted text", `"C:\\\\syslua\\\\store\\\\obj\\\\${A}\\\\bin"`, [A]],
  ["a path of Windows with slashes", `C:/syslua/store/obj/${A}`, [A]],
  ["several in a text, each once", `x=/r/store/obj/${B}:/r/store/obj/${A}:/r/store/obj/${B}`, [
    B,
    A,
  ]],
  ["the end of a sentence", `It lies in /r/store/obj/${A}.`, [A]],
  ["quotes", `"/r/store/obj/${A}"`, [A]],
  ["what is on its way", `/r/store/obj/.${A}`, []],
  ["a longer hash", `/r/store/obj/${A}z`, []],
  ["another folder", `/home/me/obj/${A}`, []],
  ["work in progress", `/r/store/tmp/${A}`, []],
  ["an object named after another", `/r/store/obj/original-${A}-${HASH}`, [
    `original-${A}-${HASH}`,
  ]],
  ["no letter of the alphabet", `/r/store/obj/tool-${HASH.replace("z", "e")}`, []],
];
for (const [what, text, objects] of NAMED) {
  Deno.test(`objects named by ${what}`, () => assert.deepEqual(objectsIn([text]), objects.sort()));
}

Deno.test("texts are looked through one by one", () => {
  assert.deepEqual(objectsIn(["/r/store/", `obj/${A}`, `/r/store/obj/${B}`]), [B]);
});

Deno.test("a name that is made can be read", () => {
  for (const stem of ["tool", "..vimrc", "my file", "ünï", ".", "x".repeat(300)]) {
    const name = objectName(stem, null, HASH);
    assert.ok(isObjectName(name), name);
    assert.deepEqual(objectsIn([`/r/store/obj/${name}/x`]), [name]);
    assert.equal(objectAtStart(`${name}/x`), name);
  }
  assert.equal(objectAtStart(`x/${A}`), null);
});

Deno.test("a name that is made is no device of Windows's, on any system", () => {
  for (
    const [stem, made] of [["con.lua", "con-.lua"], ["NUL.txt", "NUL-.txt"], ["console", "console"]]
  ) {
    assert.equal(objectName(stem, null, HASH), `${made}-${HASH}`);
    assert.equal(refusedName(objectName(stem, null, HASH)), null);
  }
});
