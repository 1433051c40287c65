/** Who writes a file of secrets, and what is not taken from anybody. */
import assert from "node:assert/strict";
import { editSecrets } from "../../../src/journeys/secrets/edit.ts";
import { initSecrets } from "../../../src/journeys/secrets/init.ts";
import { setSecret } from "../../../src/journeys/secrets/set.ts";
import { writeSecretFile } from "../../../src/journeys/secrets/write.ts";
import { type FileSystem, FsError } from "../../../src/system/fs.ts";
import { makeFolders } from "../../../src/system/folders.ts";
import { bytes, text } from "../../secrets/support.ts";
import { editor, FILE, held, machine, on, PLAIN, put } from "./world.ts";

/** The same files, of which some calls do something else. */
function otherwise(fs: FileSystem, answers: Partial<FileSystem>): FileSystem {
  return new Proxy(fs, {
    get(target, name) {
      if (name in answers) return Reflect.get(answers, name);
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const NEW = { path: "/work/new", before: null, after: bytes("mine") };

Deno.test("secrets: a name that somebody takes while the file is written stays theirs", async () => {
  const system = await machine();
  const fs = otherwise(system.fs, {
    link(existing, path) {
      put(system, path, bytes("theirs"));
      system.fs.link(existing, path);
    },
  });
  await assert.rejects(writeSecretFile({ fs }, NEW), /somebody else has changed it/);
  assert.equal(text(system.fs.readFile(NEW.path)), "theirs");
  assert.deepEqual(system.fs.readDir("/work"), [".sops.yaml", "new", "secrets.yaml"]);
});

Deno.test("secrets: a new file is put in place without hard links, too", async () => {
  const system = await machine();
  const fs = otherwise(system.fs, {
    link(_, path) {
      throw new FsError("link", path, "EPERM");
    },
  });
  await writeSecretFile({ fs }, NEW);
  assert.equal(text(system.fs.readFile(NEW.path)), "mine");
  assert.deepEqual(system.fs.readDir("/work"), [".sops.yaml", "new", "secrets.yaml"]);
});

Deno.test("secrets: root writes in a user's folder with that user's rights, and lets go of them", async () => {
  const system = on();
  makeFolders(system.fs, "/home/jo");
  system.fs.chown("/home/jo", 1000, 1000);
  let dismissed = 0;
  const fs = otherwise(system.fs, {
    as: async (owner) => {
      assert.deepEqual(owner, { uid: 1000, gid: 1000 });
      return await system.fs.as(owner);
    },
    dismiss: () => Promise.resolve(void dismissed++),
  });
  await writeSecretFile({ fs }, { ...NEW, path: "/home/jo/new" });
  const { uid, gid } = system.fs.lstat("/home/jo/new")!;
  assert.deepEqual({ uid, gid, dismissed }, { uid: 1000, gid: 1000, dismissed: 1 });
  await assert.rejects(writeSecretFile({ fs }, { ...NEW, path: "/home/jo/new" }), /somebody else/);
  assert.equal(dismissed, 2);
});

Deno.test("secrets: Ctrl-C in an editor that ends well changes nothing", async () => {
  const system = await machine();
  const controller = new AbortController();
  const editing = {
    ...editor((path) => {
      put(system, path, bytes("a: changed\n"), 0o600);
      controller.abort();
    }),
    signal: controller.signal,
  };
  await assert.rejects(editSecrets(system, FILE, editing), { kind: "interrupted" });
  assert.equal(await held(system), PLAIN);
  assert.deepEqual(system.fs.readDir("/dev/shm"), []);
});

Deno.test("secrets: init leaves a file of keys that it can't use as it is, and says so", async () => {
  const system = on();
  const keys = "/root/.config/sops/age/keys.txt";
  makeFolders(system.fs, "/work");
  makeFolders(system.fs, "/root/.config/sops/age");
  put(system, keys, bytes("age-encryption.org/v1\n"), 0o600);
  const blank = { ...system, host: { ...system.host, env: () => undefined } };
  await assert.rejects(
    initSecrets(blank, undefined, []),
    /keys\.txt is there, and has none that sys can use/,
  );
  assert.equal(text(system.fs.readFile(keys)), "age-encryption.org/v1\n");
});

Deno.test("secrets: a value that is set to what it is writes nothing", async () => {
  const system = await machine();
  const { ino } = system.fs.lstat(FILE)!;
  const value = bytes("hunter2");
  const { changed } = await setSecret(system, { named: FILE, way: "a", value, type: "str" });
  assert.deepEqual([changed, system.fs.lstat(FILE)?.ino], [false, ino]);
});
