import assert from "node:assert/strict";
import { editSecrets } from "../../../src/journeys/secrets/edit.ts";
import { setSecret } from "../../../src/journeys/secrets/set.ts";
import { rekeySecrets } from "../../../src/journeys/secrets/rekey.ts";
import { rulesText } from "../../../src/secrets/rules.ts";
import type { MemorySystem } from "../../../src/system/memory/memory.ts";
import type { System } from "../../../src/system/mod.ts";
import { bytes, OTHER_RECIPIENT, SECRET, text } from "../../secrets/support.ts";
import { editor, FILE, held, machine, on, PLAIN, put } from "./world.ts";

const setting = { named: FILE, way: "a", value: bytes("changed"), type: "str" } as const;

Deno.test("what is edited is in memory, for its owner only, and gone afterwards", async () => {
  const system = await machine();
  const { fs } = system;
  await editSecrets(
    system,
    FILE,
    editor((path) => {
      const folder = path.slice(0, path.lastIndexOf("/"));
      assert.match(folder, /^\/dev\/shm\/syslua-0-1-[^/]+$/);
      assert.equal(path, `${folder}/secrets.yaml`);
      assert.equal(fs.lstat(folder)?.mode, 0o700);
      assert.equal(fs.lstat(path)?.mode, 0o600);
      assert.equal(text(fs.readFile(path)), PLAIN);
      put(system, path, bytes("a: edited\n"), 0o600);
      // What an editor leaves beside it goes too.
      put(system, `${path}~`, bytes(PLAIN));
    }),
  );
  assert.deepEqual(fs.readDir("/dev/shm"), []);
  assert.equal(await held(system), "a: edited\n");
});

Deno.test("where there is no memory for it, nothing is edited, and it is said", async () => {
  const without: readonly ((system: MemorySystem) => System)[] = [
    (system) => ({ ...system, host: { ...system.host, isInMemory: () => false } }),
    (system) => ({ ...system, host: { ...system.host, os: "darwin", isInMemory: () => false } }),
    // There somebody else could put another folder in place of one's own.
    (system) => (system.fs.chmod("/dev/shm", 0o777), system),
    (system) => (system.fs.chown("/dev/shm", 1000, 1000), system),
    (system) => {
      system.fs.rename("/dev/shm", "/dev/other");
      system.fs.symlink("other", "/dev/shm");
      return system;
    },
  ];
  for (const change of without) {
    const system = change(await machine());
    const never = editor(() => assert.fail("it is not edited"));
    await assert.rejects(editSecrets(system, FILE, never), /no file system in memory/);
    assert.equal(await held(system), PLAIN);
  }
});

Deno.test("an editor that fails, or saves nothing, changes nothing", async () => {
  const system = await machine();
  const before = text(system.fs.readFile(FILE));
  const failing = editor((path) => (put(system, path, bytes("a: x\n")), 1));
  await assert.rejects(editSecrets(system, FILE, failing), /ended with 1: nothing was changed/);
  assert.equal((await editSecrets(system, FILE, editor(() => {}))).changed, false);
  // Another form of the same.
  const same = editor((path) => put(system, path, bytes('a: "hunter2"\nb: other\n')));
  assert.equal((await editSecrets(system, FILE, same)).changed, false);
  assert.equal(text(system.fs.readFile(FILE)), before);
  assert.deepEqual(system.fs.readDir("/dev/shm"), []);
});

Deno.test("what can't be read is edited again, or nothing is kept of it", async () => {
  const system = await machine();
  const bad = editor((path) => put(system, path, bytes("a: hunter2: x\n")));
  await assert.rejects(editSecrets(system, FILE, bad), (thrown: Error) => {
    assert.match(
      thrown.message,
      /can't be read as yaml: line 1: .*; \/work\/secrets\.yaml is as before/,
    );
    assert.doesNotMatch(thrown.message, /hunter2/);
    return true;
  });
  assert.deepEqual(system.fs.readDir("/dev/shm"), []);
  let round = 0;
  const twice = editor((path) => put(system, path, bytes(round++ === 0 ? "{" : "a: second\n")));
  await editSecrets(system, FILE, { ...twice, again: () => Promise.resolve(true) });
  assert.equal(await held(system), "a: second\n");
});

Deno.test("what a key of sops's own would be is refused", async () => {
  const system = await machine();
  const taken = editor((path) => put(system, path, bytes("sops: {}\n")));
  await assert.rejects(editSecrets(system, FILE, taken), /the key sops is one that sops has/);
});

Deno.test("a new file is made where something was saved", async () => {
  const system = await machine();
  const path = "/work/new.env";
  assert.equal((await editSecrets(system, path, editor(() => {}))).changed, false);
  assert.equal(system.fs.lstat(path), null);
  const written = await editSecrets(
    system,
    path,
    editor((file) => put(system, file, bytes("A=b\n"))),
  );
  assert.deepEqual(written, { path, made: true, changed: true });
  assert.equal(await held(system, path), "A=b\n");
});

Deno.test("what somebody changed meanwhile is not overwritten", async () => {
  const system = await machine();
  const other = bytes("somebody else's\n");
  const during = editor((path) => {
    put(system, path, bytes("a: mine\n"));
    put(system, FILE, other);
  });
  await assert.rejects(editSecrets(system, FILE, during), /somebody else has changed it meanwhile/);
  assert.deepEqual(system.fs.readFile(FILE), other);
  const made = editor((path) => {
    put(system, path, bytes("a: mine\n"));
    put(system, "/work/new.yaml", other);
  });
  await assert.rejects(editSecrets(system, "/work/new.yaml", made), /somebody else/);
  assert.deepEqual(system.fs.readFile("/work/new.yaml"), other);
  assert.deepEqual(system.fs.readDir("/work"), [".sops.yaml", "new.yaml", "secrets.yaml"]);
});

Deno.test("a link is not followed to be changed", async () => {
  const system = await machine();
  system.fs.rename(FILE, "/work/real.yaml");
  system.fs.symlink("real.yaml", FILE);
  await assert.rejects(setSecret(system, setting), /it is a link to real\.yaml/);
  await assert.rejects(editSecrets(system, FILE, editor(() => {})), /it is a link/);
  await assert.rejects(rekeySecrets(system, [FILE]), /it is a link/);
  assert.equal(system.fs.readLink(FILE), "real.yaml");
  assert.equal(await held(system), PLAIN);
  // One that comes while it is edited neither.
  system.fs.remove(FILE);
  system.fs.rename("/work/real.yaml", FILE);
  const swapped = editor((path) => {
    put(system, path, bytes("a: mine\n"));
    system.fs.rename(FILE, "/work/real.yaml");
    system.fs.symlink("real.yaml", FILE);
  });
  await assert.rejects(editSecrets(system, FILE, swapped), /it is a link/);
  assert.equal(await held(system, "/work/real.yaml"), PLAIN);
});

Deno.test("what a command that was killed left in memory goes with the next one", async () => {
  const { fs: { disk } } = await machine();
  const system = on(disk);
  const stale = `/dev/shm/syslua-0-99-${crypto.randomUUID()}`;
  const [running, foreign] = [`/dev/shm/syslua-0-1-${crypto.randomUUID()}`, "/dev/shm/other"];
  for (const folder of [stale, running, foreign]) {
    system.fs.mkdir(folder, 0o700);
    put(system, `${folder}/secrets.yaml`, bytes(PLAIN));
  }
  await editSecrets(system, FILE, editor(() => {}));
  assert.equal(system.fs.lstat(stale), null);
  for (const folder of [running, foreign]) assert.notEqual(system.fs.lstat(folder), null);
});

Deno.test("mode and owner of a file stay", async () => {
  const system = await machine();
  system.fs.chown(FILE, 0, 7);
  await setSecret(system, setting);
  const info = system.fs.lstat(FILE)!;
  assert.deepEqual([info.mode, info.uid, info.gid], [0o640, 0, 7]);
});

Deno.test("rekey: who is added, who is removed, and who has no part in it", async () => {
  const system = await machine();
  const rules = (...all: string[]) => put(system, "/work/.sops.yaml", bytes(rulesText(all)));
  const before = text(system.fs.readFile(FILE));
  assert.deepEqual((await rekeySecrets(system, [FILE])).map(({ changed }) => changed), [false]);
  assert.equal(text(system.fs.readFile(FILE)), before);
  const own = "age10yrm5zh6mjswaydech0lmcpwh5qt4gu7k0c729ztfwsscw2kwexqg2ggwt";
  rules(own, OTHER_RECIPIENT);
  assert.deepEqual(await rekeySecrets(system, [FILE]), [
    { path: FILE, added: [OTHER_RECIPIENT], removed: [], changed: true },
  ]);
  const value = (content: string) => /^a: (.*)$/m.exec(content)![1];
  assert.equal(value(text(system.fs.readFile(FILE))), value(before));
  rules(own);
  assert.deepEqual((await rekeySecrets(system, [FILE]))[0].removed, [OTHER_RECIPIENT]);
  assert.notEqual(value(text(system.fs.readFile(FILE))), value(before));
  assert.equal(await held(system), PLAIN);
});

Deno.test("vim is told to keep no copies, and other editors are run as they are named", async () => {
  const { fs: { disk } } = await machine();
  const lines: string[] = [];
  for (const EDITOR of ["vim", "/usr/bin/nvim -R", "nano -w", "vimish"]) {
    const env = (name: string) => ({ SOPS_AGE_KEY: SECRET, EDITOR })[name];
    const base = on(disk);
    const system = { ...base, host: { ...base.host, env } };
    const { signal, again } = editor(() => {});
    const lend = (argv: readonly string[]) => (lines.push(argv[2]), Promise.resolve(0));
    await editSecrets(system, FILE, { signal, again, lend });
  }
  assert.deepEqual(lines, [
    'vim -n -i NONE -c "set nobackup nowritebackup noundofile" "$1"',
    '/usr/bin/nvim -R -n -i NONE -c "set nobackup nowritebackup noundofile" "$1"',
    'nano -w "$1"',
    'vimish "$1"',
  ]);
});

Deno.test("who interrupts an edit changes nothing", async () => {
  const system = await machine();
  const stop = new AbortController();
  const interrupted = editor((path) => {
    put(system, path, bytes("a: x\n"));
    stop.abort();
  });
  const editing = editSecrets(system, FILE, { ...interrupted, signal: stop.signal });
  await assert.rejects(editing, { kind: "interrupted" });
  assert.equal(await held(system), PLAIN);
  assert.deepEqual(system.fs.readDir("/dev/shm"), []);
});

Deno.test("it is told what the rule of a file leaves in clear", async () => {
  const system = await machine();
  const clear = async (way: string, value: string) =>
    (await setSecret(system, { ...setting, way, value: bytes(value) })).clear;
  assert.equal(await clear("a", "x"), false);
  assert.equal(await clear("b_unencrypted", "x"), true);
  assert.equal(await clear("b_unencrypted", "x"), true);
  assert.equal(await clear("c", ""), false);
});
