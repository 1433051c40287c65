/** What a config spells otherwise than before, where that is the same name: on a Mac-like and a Windows-like machine. */
import assert from "node:assert/strict";
import { Person } from "../support/worlds/person.ts";
import { type World, WORLDS } from "../support/worlds/world.ts";

function story(name: string, tell: (person: Person, world: World) => Promise<void>) {
  for (const world of WORLDS.filter(({ has }) => !has.twoCases)) {
    Deno.test(`${world.name}: ${name}`, () => tell(new Person(world), world));
  }
}

async function ok(person: Person, words: string) {
  const said = await person.type(words);
  assert.equal(said.code, 0, `${words}: ${said.stderr}${said.stdout}`);
}

story("a target that is spelled in another case stays the same file", async (person) => {
  person.write(".vimrc", "mine");
  person.setup(`file { path = "~/.Vimrc", content = "1" }
file { path = "~/.Config/App/a", content = "a" }`);
  await ok(person, "apply --replace");
  person.setup(`file { path = "~/.vimrc", content = "2" }
file { path = "~/.config/app/a", content = "a" }
file { path = "~/.config/app/b", content = "b" }`);
  await ok(person, "apply");
  const seen = () => [".vimrc", ".config/app/a", ".config/app/b"].map((path) => person.read(path));
  assert.deepEqual(seen(), ["2", "a", "b"]);
  await ok(person, "status");
  await ok(person, "rollback");
  assert.deepEqual(seen(), ["1", "a", null]);
  await ok(person, "status");
  await ok(person, "rollback 2");
  assert.deepEqual(seen(), ["2", "a", "b"]);
  await ok(person, "destroy --yes");
  assert.deepEqual(seen(), ["mine", null, null]);
  assert.equal(person.system.fs.lstat(person.at(".config")), null);
});

story("a target goes on in a folder that another one spells otherwise", async (person) => {
  person.setup(`file { path = "~/.Config/a", content = "a" }
file { path = "~/.config/b", content = "b" }`);
  await ok(person, "apply");
  assert.deepEqual([person.read(".config/a"), person.read(".config/b")], ["a", "b"]);
  await ok(person, "status");
  person.setup(`file { path = "~/.config/b", content = "b" }`);
  await ok(person, "apply");
  assert.deepEqual([person.read(".config/a"), person.read(".config/b")], [null, "b"]);
  await ok(person, "destroy --yes");
  assert.equal(person.system.fs.lstat(person.at(".config")), null);
});

story("how a name is composed is a difference on Windows alone", async (person, { os }) => {
  const [composed, apart] = ["Jos\u00e9", "Jose\u0301"];
  person.setup(`file { path = "~/${apart}", content = "1" }`);
  await ok(person, "apply");
  person.setup(`file { path = "~/${composed}", content = "2" }`);
  await ok(person, "apply");
  assert.equal(person.read(composed), "2");
  assert.equal(person.read(apart), os === "windows" ? null : "2");
  await ok(person, "status");
  person.setup(`file { path = "~/${composed}", content = "2" }
file { path = "~/${apart}", content = "1" }`);
  assert.equal((await person.type("apply")).code, os === "windows" ? 0 : 3);
});
