/** The command line on a Mac-like and on a Windows-like machine, in memory: what a person does in a week. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { dirname } from "node:path/posix";
import { makeFolders } from "../../src/system/folders.ts";
import { Person, type Said } from "../support/worlds/person.ts";
import { type World, WORLDS } from "../support/worlds/world.ts";

/** So many deaths are spread over an apply; the soak has 200. */
const KILLS = Number(Deno.env.get("SYSLUA_KILLS") ?? 12);

function story(name: string, tell: (person: Person, world: World) => Promise<void>) {
  for (const world of WORLDS) {
    Deno.test(`${world.name}: ${name}`, () => tell(new Person(world), world));
  }
}

/** The command did it. */
async function ok(person: Person, words: string, says?: RegExp): Promise<Said> {
  const said = await person.type(words);
  assert.equal(said.code, 0, `${words}: ${said.stderr}${said.stdout}`);
  if (says) assert.match(said.stdout + said.stderr, says, words);
  return said;
}

const CONFIG = `
file { path = "~/linked", content = "linked" }
file { path = "~/.config/app/copied", content = "copied", mode = "0640" }
file { path = "~/private", content = "private", mode = "0600" }
file { path = "~/tool", content = "tool", executable = true }
file { path = "~/folder", source = "./folder" }
env { EDITOR = "vim", PATH = { "~/bin" } }
`;

function furnish(person: Person) {
  person.write("linked", "mine");
  person.write("private", "my own", 0o444);
  person.write("dotfiles/folder/inside/file", "inside");
  person.setup(CONFIG);
}

/** All that lies in the home but for what `sys` keeps and the config. */
function tree(person: Person, folder = ""): Record<string, string> {
  const { fs } = person.system;
  return Object.fromEntries(
    fs.readDir(person.at(folder)).flatMap((name): [string, string][] => {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (["dotfiles", "AppData", ".local", ".cache", "Library"].includes(path)) return [];
      const info = fs.lstat(person.at(path))!;
      const mode = info.mode.toString(8);
      if (info.kind === "link") return [[path, `-> ${fs.readLink(person.at(path))}`]];
      if (info.kind === "file") return [[path, `${mode} ${person.read(path)}`]];
      return [[path, `dir ${mode}`], ...Object.entries(tree(person, path))];
    }),
  );
}

story("apply, and then there is nothing to do", async (person) => {
  furnish(person);
  await ok(person, "plan");
  await ok(person, "apply --replace");
  for (const path of ["linked", "private", "tool"]) assert.equal(person.read(path), path);
  assert.equal(person.read(".config/app/copied"), "copied");
  assert.equal(person.read("folder/inside/file"), "inside");
  await ok(person, "apply", /Nothing to do/);
  await ok(person, "plan", /Nothing to do|no changes/i);
  await ok(person, "status");
});

story(
  "where the store's folder is reached through a link, there is nothing to do again",
  async (person) => {
    const { fs } = person.system;
    const folder = dirname(person.root);
    makeFolders(fs, dirname(folder));
    fs.mkdir(person.at("another disk"), 0o755);
    fs.symlink(person.at("another disk"), folder);
    furnish(person);
    await ok(person, "apply --replace");
    await ok(person, "apply", /Nothing to do/);
    await ok(person, "status");
  },
);

story("destroy gives back what was there", async (person) => {
  furnish(person);
  const before = tree(person);
  await ok(person, "apply --replace");
  assert.notDeepEqual(tree(person), before);
  await ok(person, "destroy --yes");
  assert.deepEqual(tree(person), before);
  await ok(person, "destroy --yes --store");
});

story("what was edited by hand is seen, and kept", async (person) => {
  furnish(person);
  await ok(person, "apply --replace");
  person.write("private", "edited");
  assert.match((await person.type("status")).stdout, /private/);
  assert.equal((await person.type("apply")).code, 6);
  assert.equal(person.read("private"), "edited");
  await ok(person, "apply --replace");
  assert.equal(person.read("private"), "private");
  await ok(person, "originals");
});

story("rollback, history and gc", async (person) => {
  furnish(person);
  await ok(person, "apply --replace");
  const first = tree(person);
  person.setup(`file { path = "~/linked", content = "another" }`);
  await ok(person, "apply");
  assert.equal(person.read("linked"), "another");
  assert.equal(person.read("private"), "my own");
  await ok(person, "history", /2/);
  await ok(person, "diff 1 2", /private/);
  await ok(person, "rollback");
  assert.deepEqual(tree(person), first);
  await ok(person, "gc --keep 1");
  await ok(person, "store verify");
  await ok(person, "status");
});

story("a build, its profile, and gc", async (person) => {
  person.setup(`
local tool = derive { name = "tool", config = function(_, ctx)
  ctx.write(ctx.out .. "/bin/tool", "#!/bin/sh\\necho " .. ctx.out, { executable = true })
  ctx.write(ctx.out .. "/share/text", "text")
end }
activate { name = "profile", opts = { tool = tool.out }, config = function(opts, ctx)
  ctx.add_to_path(opts.tool .. "/bin")
  ctx.symlink(opts.tool .. "/share", "~/share")
end }`);
  await ok(person, "build");
  await ok(person, "store path tool", person.world.os === "windows" ? /^C:\/Users/ : /^\//);
  await ok(person, "apply");
  assert.equal(person.read("share/text"), "text");
  await ok(person, "apply", /Nothing to do/);
  await ok(person, "gc --keep 1");
  await ok(person, "store verify");
  await ok(person, "status");
});

story("damage is found and repaired", async (person) => {
  furnish(person);
  await ok(person, "apply --replace");
  const { fs, below } = person.system;
  const object = fs.realPath(person.at("folder/inside/file"));
  below.chmod(object, 0o644);
  const file = below.append(object, 0o644);
  file.write(new TextEncoder().encode("damaged"));
  file.close();
  assert.notEqual((await person.type("store verify")).code, 0);
  await ok(person, "store verify --repair");
  await ok(person, "store verify");
  assert.equal(new TextDecoder().decode(fs.readFile(object)), "inside");
  await ok(person, "repair");
});

story(
  "two targets that are one file there are refused before anything is changed",
  async (person, { has }) => {
    person.setup(`file { path = "~/Name", content = "1" }
file { path = "~/name", content = "2" }`);
    const before = tree(person);
    const { code, stderr } = await person.type("apply");
    if (has.twoCases) {
      return assert.deepEqual([code, person.read("name"), person.read("Name")], [
        0,
        "2",
        "1",
      ]);
    }
    assert.notEqual(code, 0);
    assert.match(stderr, /~\/[Nn]ame/);
    assert.deepEqual(tree(person), before);
  },
);

story(
  "a name that the system cannot have is refused before anything is changed",
  async (person, { os }) => {
    person.setup(`file { path = "~/first", content = "1" }
file { path = "~/nul.txt", content = "2" }`);
    const before = tree(person);
    const { code, stderr } = await person.type("apply");
    if (os !== "windows") return assert.equal(code, 0);
    assert.notEqual(code, 0);
    assert.match(stderr, /nul\.txt/);
    assert.deepEqual(tree(person), before);
  },
);

story("an apply that dies at any moment is undone by the next command", async (person) => {
  furnish(person);
  const { disk } = person.system;
  const before = tree(person);
  const clean = disk.copy();
  const counting = person.system.faulty({ at: 0, when: "before" });
  await person.type("apply --replace", counting.system);
  const after = tree(person);
  const every = counting.operations() / KILLS;
  for (let at = 1; at < counting.operations(); at = Math.ceil(at + every)) {
    const other = new Person(person.world, clean.copy());
    await other.type("apply --replace", other.system.faulty({ at, when: "before" }).system);
    const later = new Person(person.world, other.system.disk.copy());
    await later.type("repair");
    await ok(later, "gc");
    const found = tree(later);
    assert.ok(
      [before, after].some((one) => isDeepStrictEqual(found, one)),
      `${at}: ${JSON.stringify(found)}`,
    );
    await ok(later, "apply --replace");
    assert.deepEqual(tree(later), after, `${at}`);
  }
});

story("destroying all leaves nothing of sys's own", async (person) => {
  furnish(person);
  await ok(person, "apply --replace");
  await ok(person, "destroy --yes --store");
  assert.equal(person.system.below.lstat(person.root), null);
});

Deno.test("windows: contents are shown as they are, and all other paths as people write them", async () => {
  const person = new Person(WORLDS.find(({ name }) => name === "windows with Developer Mode")!);
  const content = 'PATH "/c/tools"\n/c/first\n';
  person.write("notes", content);
  person.setup(`file { path = "~/notes", content = "managed" }\nenv { EDITOR = "vim" }`);
  await ok(person, "apply --replace");
  assert.ok((await ok(person, "originals show 1")).stdout.endsWith(content));
  person.system.below.remove(person.at("notes"));
  person.system.below.symlink("/c/Temp", person.at("notes"));
  const said = [await person.type("status"), await ok(person, "show")];
  for (const { stdout } of said) {
    assert.match(stdout, /C:\/Users/);
    assert.doesNotMatch(stdout, /(^|\s)\/c\//);
  }
});

Deno.test("windows: a variable's value that is no path keeps its backslashes in every shell", async () => {
  const person = new Person(WORLDS.find(({ name }) => name === "windows")!);
  person.setup(`env { PROMPT = "a\\\\b", HERE = "C:\\\\Users\\\\x" }`);
  await ok(person, "apply");
  const root = person.root.slice(person.home.length + 1);
  const said = ["sh", "fish", "ps1", "nu", "cmd"].map((name) =>
    person.read(`${root}/env.${name}`)!
  );
  for (const [n, text] of said.entries()) {
    // Fish and Nushell double a backslash in quotes.
    assert.ok(text.includes(n === 1 || n === 3 ? "a\\\\b" : "a\\b"), text);
    assert.ok(
      text.includes(n < 2 ? "/c/Users/x" : n === 3 ? "C:\\\\Users\\\\x" : "C:\\Users\\x"),
      text,
    );
  }
});
