/** The links by which people find what is in the store, beside what people have put there. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { openStore } from "../../src/store/store.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";

function store() {
  const { fs, ...system } = memorySystem();
  const store = openStore({ fs, ...system }, "/r");
  const object = store.addFile("thing", Buffer.from("x"), false);
  const link = () => store.linkForPeople({ name: "thing", version: "1" }, { out: object });
  const theirs = (path: string) => {
    const file = fs.create(path, 0o644);
    file.write(Buffer.from("theirs"));
    file.close();
  };
  const textOf = (path: string) => Buffer.from(fs.readFile(path)).toString();
  return { fs, object, link, theirs, textOf };
}

Deno.test("people: a link leads to what was asked for, and is made anew where it leads elsewhere", () => {
  const { fs, object, link } = store();
  link();
  const [name] = fs.readDir("/r/store/pkg/thing/1");
  const path = `/r/store/pkg/thing/1/${name}`;
  fs.remove(path);
  fs.symlink("elsewhere", path);
  link();
  assert.equal(fs.realPath(path), `/r/store/obj/${object}`);
});

Deno.test("people: a file where a folder of links would be stays", () => {
  const { link, theirs, textOf } = store();
  theirs("/r/store/pkg/thing");
  link();
  assert.equal(textOf("/r/store/pkg/thing"), "theirs");
});

Deno.test("people: a file where a link would be stays", () => {
  const { fs, link, theirs, textOf } = store();
  link();
  const [name] = fs.readDir("/r/store/pkg/thing/1");
  const path = `/r/store/pkg/thing/1/${name}`;
  fs.remove(path);
  theirs(path);
  link();
  assert.equal(textOf(path), "theirs");
});
