/** What Windows refuses, does otherwise or cannot have, behind the port. */
import assert from "node:assert/strict";
import { type FileSystem, FsError } from "../../src/system/mod.ts";
import { linkSupport } from "../../src/platform/links.ts";
import type { NativeFs } from "../../src/system/native_fs.ts";
import { RealFs } from "../../src/system/real_fs.ts";
import { readOnly } from "../../src/system/read_only.ts";
import { refusedName } from "../../src/system/windows/names.ts";
import { windowsFs } from "../../src/system/windows/windows_fs.ts";
import { WORLDS, type WorldSystem } from "../support/worlds/world.ts";

const HOME = "/c/Users/maria";
const refusal = (code: string) => (thrown: unknown) =>
  thrown instanceof FsError && thrown.code === code;

function world(name = "windows"): WorldSystem & Required<Pick<WorldSystem, "calls">> {
  const system = WORLDS.find((one) => one.name === name)!.system();
  return { ...system, calls: system.calls! };
}

function write(fs: FileSystem, path: string, text: string, mode = 0o644) {
  const file = fs.create(path, mode);
  file.write(new TextEncoder().encode(text));
  file.close();
}

function read(fs: FileSystem, path: string): string {
  return new TextDecoder().decode(fs.readFile(path));
}

Deno.test("windows: a folder is linked by a junction, a file only with the privilege", () => {
  const { fs } = world();
  fs.mkdir(`${HOME}/folder`, 0o755);
  write(fs, `${HOME}/folder/file`, "x");
  fs.symlink(`${HOME}/folder`, `${HOME}/absolute`);
  fs.mkdir(`${HOME}/other`, 0o755);
  fs.symlink("../folder", `${HOME}/other/relative`);
  for (const link of ["absolute", "other/relative"]) {
    assert.equal(fs.lstat(`${HOME}/${link}`)?.kind, "link");
    assert.equal(fs.readLink(`${HOME}/${link}`), `${HOME}/folder`);
    assert.equal(read(fs, `${HOME}/${link}/FILE`), "x");
  }
  assert.throws(() => fs.symlink(`${HOME}/folder/file`, `${HOME}/x`), refusal("EPERM"));
  assert.throws(() => fs.symlink("nowhere", `${HOME}/x`), refusal("EPERM"));
});

Deno.test("windows: with Developer Mode a relative link to a folder stays relative", () => {
  const { fs, calls } = world("windows with Developer Mode");
  fs.mkdir(`${HOME}/folder`, 0o755);
  fs.mkdir(`${HOME}/other`, 0o755);
  fs.symlink("../folder", `${HOME}/other/link`);
  assert.equal(fs.readLink(`${HOME}/other/link`), "../folder");
  assert.equal(calls.readLink("C:\\Users\\maria\\other\\link"), "..\\folder");
  write(fs, `${HOME}/file`, "x");
  fs.symlink(`${HOME}/file`, `${HOME}/absolute`);
  assert.equal(calls.readLink("C:\\Users\\maria\\absolute"), "C:\\Users\\maria\\file");
  assert.equal(fs.readLink(`${HOME}/absolute`), `${HOME}/file`);
});

Deno.test("windows: what is read-only is replaced and removed, and its other names stay read-only", () => {
  const { fs } = world();
  for (const name of ["old", "gone", "twin", "replaced"]) write(fs, `${HOME}/${name}`, name, 0o444);
  write(fs, `${HOME}/new`, "new");
  fs.rename(`${HOME}/new`, `${HOME}/old`);
  assert.equal(read(fs, `${HOME}/old`), "new");
  fs.remove(`${HOME}/gone`);
  assert.equal(fs.lstat(`${HOME}/gone`), null);
  fs.link(`${HOME}/twin`, `${HOME}/other`);
  fs.remove(`${HOME}/twin`);
  assert.equal(fs.lstat(`${HOME}/other`)?.mode, 0o444);
  fs.link(`${HOME}/replaced`, `${HOME}/held`);
  write(fs, `${HOME}/new`, "new");
  fs.rename(`${HOME}/new`, `${HOME}/replaced`);
  assert.deepEqual([fs.lstat(`${HOME}/held`)?.mode, read(fs, `${HOME}/held`)], [0o444, "replaced"]);
});

Deno.test("windows: a folder with the attribute of special ones is removed", () => {
  const { fs, calls } = world();
  fs.mkdir(`${HOME}/special`, 0o755);
  calls.chmod("C:\\Users\\maria\\special", 0o444);
  assert.equal(fs.lstat(`${HOME}/special`)?.mode, 0o755);
  fs.remove(`${HOME}/special`);
  assert.equal(fs.lstat(`${HOME}/special`), null);
});

Deno.test("windows: a junction is replaced, as is what is open", () => {
  const { fs } = world();
  fs.mkdir(`${HOME}/folder`, 0o755);
  write(fs, `${HOME}/folder/file`, "x");
  fs.symlink(`${HOME}/folder`, `${HOME}/link`);
  write(fs, `${HOME}/new`, "new");
  fs.rename(`${HOME}/new`, `${HOME}/link`);
  assert.equal(read(fs, `${HOME}/link`), "new");
  assert.equal(read(fs, `${HOME}/folder/file`), "x");
  const open = fs.openRead(`${HOME}/link`);
  write(fs, `${HOME}/newer`, "newer");
  fs.rename(`${HOME}/newer`, `${HOME}/link`);
  assert.equal(read(fs, `${HOME}/link`), "newer");
  const buffer = new Uint8Array(3);
  open.read(buffer);
  assert.equal(new TextDecoder().decode(buffer), "new");
  open.close();
});

Deno.test("windows: a program that runs is moved aside, and removed by a later command", () => {
  const { fs, calls, disk } = world();
  write(fs, `${HOME}/tool.exe`, "old");
  calls.run(`${HOME}/tool.exe`);
  write(fs, `${HOME}/new`, "new");
  fs.rename(`${HOME}/new`, `${HOME}/tool.exe`);
  assert.equal(read(fs, `${HOME}/tool.exe`), "new");
  const [left, ...others] = fs.readDir("/c/Temp/aside");
  assert.deepEqual([left, others], [".syslua-aside-1-tool.exe", []]);
  calls.run(`${HOME}/tool.exe`);
  fs.remove(`${HOME}/tool.exe`);
  assert.equal(fs.lstat(`${HOME}/tool.exe`), null);
  const later = WORLDS.find(({ name }) => name === "windows")!.system({ disk });
  write(later.fs, `${HOME}/another.exe`, "x");
  later.calls!.run(`${HOME}/another.exe`);
  later.fs.remove(`${HOME}/another.exe`);
  assert.deepEqual(later.fs.readDir("/c/Temp/aside"), [".syslua-aside-1-another.exe"]);
});

Deno.test("windows: a program that runs and is read-only is replaced and removed like another, and stays so", () => {
  const { fs, calls } = world();
  for (const name of ["replaced.exe", "removed.exe"]) {
    write(fs, `${HOME}/${name}`, "old", 0o444);
    calls.run(`${HOME}/${name}`);
  }
  write(fs, `${HOME}/new`, "new");
  fs.rename(`${HOME}/new`, `${HOME}/replaced.exe`);
  assert.equal(read(fs, `${HOME}/replaced.exe`), "new");
  fs.remove(`${HOME}/removed.exe`);
  assert.equal(fs.lstat(`${HOME}/removed.exe`), null);
  const left = fs.readDir("/c/Temp/aside").map((name) => fs.lstat(`/c/Temp/aside/${name}`)?.mode);
  assert.deepEqual(left, [0o444, 0o444]);
});

Deno.test("windows: a name with a backslash is none, and leads nowhere", () => {
  const { fs } = world();
  fs.mkdir(`${HOME}/a`, 0o755);
  write(fs, `${HOME}/a/b`, "x");
  assert.equal(fs.lstat(`${HOME}/a\\b`), null);
  assert.throws(() => fs.remove(`${HOME}/a\\b`), refusal("ENOENT"));
  assert.equal(read(fs, `${HOME}/a/b`), "x");
});

Deno.test("windows: a lock is asked for again while a scanner has its file open", async () => {
  const { fs } = WORLDS.find(({ name }) => name === "windows with a scanner")!.system();
  for (let n = 0; n < 20; n++) (await fs.lock(`${HOME}/lock`, "exclusive")).release();
});

/** The port over calls of which some answer otherwise. */
function otherwise(calls: NativeFs, answers: Partial<NativeFs>): FileSystem {
  const port = windowsFs(
    new Proxy(calls, {
      get(target, name) {
        if (name in answers) return Reflect.get(answers, name);
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
    { aside: "/c/Temp/aside", pause: () => {} },
  );
  return new RealFs({ calls: port, os: "windows", uid: null });
}

const failing = (code: string) => Object.assign(new Error(code), { code });

Deno.test("windows: a folder gets no attribute from permissions", () => {
  const { fs, calls } = world();
  fs.mkdir(`${HOME}/folder`, 0o755);
  const changed: string[] = [];
  const port = otherwise(calls, { chmod: (path) => void changed.push(path) });
  port.chmod(`${HOME}/folder`, 0o555);
  assert.deepEqual(changed, []);
  assert.throws(() => port.chmod(`${HOME}/nothing`, 0o555), refusal("ENOENT"));
});

Deno.test("windows: what is about to go is denied for a moment, and that is waited for", () => {
  const { fs, calls } = world();
  write(fs, `${HOME}/file`, "x");
  let denials = 3;
  const denied = otherwise(calls, {
    remove: (path) => {
      if (denials-- > 0) throw failing("EPERM");
      calls.remove(path);
    },
  });
  denied.remove(`${HOME}/file`);
  assert.deepEqual([fs.lstat(`${HOME}/file`), denials], [null, -1]);
});

Deno.test("windows: what was moved out of a rename's way comes back where the rename fails", () => {
  const { fs, calls } = world();
  write(fs, `${HOME}/tool.exe`, "old");
  calls.run(`${HOME}/tool.exe`);
  write(fs, `${HOME}/new`, "new");
  let busy = 3;
  const full = otherwise(calls, {
    rename(from, to) {
      const isFree = fs.lstat(`${HOME}/tool.exe`) === null;
      if (from.endsWith("\\new") && isFree) throw failing("ENOSPC");
      if (!from.endsWith("\\new") && to.endsWith("\\tool.exe") && busy-- > 0) {
        throw failing("EBUSY");
      }
      calls.rename(from, to);
    },
  });
  assert.throws(() => full.rename(`${HOME}/new`, `${HOME}/tool.exe`), refusal("ENOSPC"));
  assert.equal(read(fs, `${HOME}/tool.exe`), "old");
  assert.equal(read(fs, `${HOME}/new`), "new");
});

Deno.test("windows: what can't be moved to the folder for it, on another disk, lies beside its path", () => {
  const { fs, calls } = world();
  write(fs, `${HOME}/tool.exe`, "old");
  calls.run(`${HOME}/tool.exe`);
  const far = otherwise(calls, {
    rename(from, to) {
      if (to.startsWith("C:\\Temp")) throw failing("EXDEV");
      calls.rename(from, to);
    },
  });
  far.remove(`${HOME}/tool.exe`);
  assert.deepEqual(fs.readDir(HOME), [".syslua-aside-2-tool.exe"]);
});

Deno.test("windows: a folder of another disk is flushed by a file of that disk, of which nothing stays", () => {
  const { calls } = world();
  const opened: string[] = [];
  const far = otherwise(calls, {
    lstat: (path) => ({ ...calls.lstat(path), dev: path.startsWith("C:\\Temp") ? 7 : 1 }),
    openAppend(path) {
      opened.push(path);
      return calls.openAppend(path);
    },
  });
  far.syncDir(HOME);
  assert.deepEqual(opened, ["C:\\Users\\maria\\.syslua-flushed"]);
  assert.deepEqual(far.readDir(HOME), []);
});

Deno.test("windows: a link to a share says so", () => {
  const { calls } = world();
  const shared = otherwise(calls, { readLink: () => "UNC\\server\\share\\folder" });
  assert.equal(shared.readLink(`${HOME}/link`), "/unc/server/share/folder");
});

Deno.test("windows: what a rename can't do leaves all as it was", () => {
  const { fs } = world();
  write(fs, `${HOME}/kept`, "kept", 0o444);
  assert.throws(() => fs.rename(`${HOME}/nothing`, `${HOME}/kept`), refusal("ENOENT"));
  fs.mkdir(`${HOME}/folder`, 0o755);
  write(fs, `${HOME}/folder/open`, "x");
  const open = fs.openRead(`${HOME}/folder/open`);
  assert.throws(() => fs.rename(`${HOME}/folder`, `${HOME}/moved`), refusal("EPERM"));
  open.close();
  fs.rename(`${HOME}/folder`, `${HOME}/moved`);
  assert.deepEqual([read(fs, `${HOME}/kept`), fs.lstat(`${HOME}/kept`)?.mode], ["kept", 0o444]);
});

Deno.test("windows: what a scanner has open is tried again, for some seconds and not for ever", () => {
  const busy = WORLDS.find(({ name }) => name === "windows with a scanner")!.system();
  for (let n = 0; n < 20; n++) {
    write(busy.fs, `${HOME}/a`, "x");
    busy.fs.rename(`${HOME}/a`, `${HOME}/b`);
    assert.equal(read(busy.fs, `${HOME}/b`), "x");
    busy.fs.remove(`${HOME}/b`);
  }
  assert.ok(busy.waited() > 0);
  const { fs, waited, calls } = world();
  write(fs, `${HOME}/locked`, "x");
  return calls.lock("C:\\Users\\maria\\locked", true).then((lock) => {
    assert.throws(() => fs.readFile(`${HOME}/locked`), refusal("EBUSY"));
    assert.ok(waited() > 2_000 && waited() < 10_000, `${waited()} ms`);
    lock.release();
    assert.equal(read(fs, `${HOME}/locked`), "x");
  });
});

Deno.test("windows: a junction is replaced whatever a scanner has open meanwhile", () => {
  const { fs } = WORLDS.find(({ name }) => name === "windows with a scanner")!.system();
  const folders = ["one", "two"].map((name) => `${HOME}/${name}`);
  for (const folder of folders) fs.mkdir(folder, 0o755);
  fs.symlink(folders[0], `${HOME}/junction`);
  for (let n = 0; n < 20; n++) {
    const to = folders[(n + 1) % 2];
    fs.symlink(to, `${HOME}/beside`);
    fs.rename(`${HOME}/beside`, `${HOME}/junction`);
    assert.equal(fs.readLink(`${HOME}/junction`), to);
  }
  assert.equal(fs.lstat(`${HOME}/beside`), null);
});

Deno.test("windows: a reparse point that is no link is a file", () => {
  const { fs, calls } = world();
  write(fs, `${HOME}/placeholder`, "x");
  calls.point(`${HOME}/placeholder`);
  assert.equal(fs.lstat(`${HOME}/placeholder`)?.kind, "file");
});

Deno.test("windows: names that Windows cannot have are not made, under no disguise", () => {
  const { fs, below } = world();
  const names = ["CON", "nul.txt", "Com1", "LPT¹.log", "a:b", "a.", "a ", "a\\b", "a\tb", "a?"];
  for (const name of names) {
    assert.notEqual(refusedName(name), null, name);
    const path = `${HOME}/${name}`;
    const message = /Cannot .*: (a name on Windows|.* is a device)/;
    assert.throws(() => fs.create(path, 0o644), message, name);
    assert.throws(() => fs.mkdir(path, 0o755), message, name);
    assert.throws(() => fs.append(path, 0o644), message, name);
  }
  assert.deepEqual(below.readDir(HOME), []);
  for (const name of ["console", "a.b", ".a", "com", "com10", "nullable.txt", "ä b"]) {
    assert.equal(refusedName(name), null, name);
    write(fs, `${HOME}/${name}`, name);
  }
});

Deno.test("windows: what has such a name all the same is seen and can be removed", () => {
  const { fs, below } = world();
  for (const name of ["nul.txt", "dot."]) {
    write(below, `${HOME}/${name}`, "x");
    assert.equal(fs.lstat(`${HOME}/${name}`)?.kind, "file");
    fs.remove(`${HOME}/${name}`);
  }
  assert.deepEqual(below.readDir(HOME), []);
});

Deno.test("windows: a path may be long", () => {
  const { fs, calls } = world();
  let folder = HOME;
  for (let n = 0; n < 12; n++) {
    folder += `/${"long name ".repeat(4)}${n}`;
    fs.mkdir(folder, 0o755);
  }
  write(fs, `${folder}/file`, "x");
  assert.equal(read(fs, `${folder}/file`), "x");
  assert.equal(fs.realPath(`${folder}/FILE`), `${folder}/file`);
  fs.rename(`${folder}/file`, `${folder}/other`);
  fs.remove(`${folder}/other`);
  assert.throws(() => calls.lstat(`C:${folder.slice(2).replaceAll("/", "\\")}`), /ENAMETOOLONG/);
});

Deno.test("windows: case is kept and ignored; characters are not composed", () => {
  const { fs } = world();
  write(fs, `${HOME}/Read\u00e9`, "x");
  assert.equal(read(fs, `${HOME}/READ\u00c9`), "x");
  assert.throws(() => fs.create(`${HOME}/read\u00e9`, 0o644), refusal("EEXIST"));
  write(fs, `${HOME}/reade\u0301`, "another");
  fs.rename(`${HOME}/read\u00e9`, `${HOME}/READ\u00e9`);
  assert.equal(fs.realPath(`${HOME}/read\u00e9`), `${HOME}/READ\u00e9`);
});

Deno.test("windows: above drives and shares are folders, and no more", () => {
  const { fs } = world();
  for (const path of ["/", "/unc", "/unc/server"]) {
    assert.equal(fs.lstat(path)?.kind, "dir");
    assert.equal(fs.realPath(path), path);
  }
  assert.equal(fs.lstat("/nowhere"), null);
  assert.equal(fs.lstat("/c")?.kind, "dir");
});

Deno.test("windows: plan and apply get one answer to what can be linked, and nothing is left of the question", () => {
  for (
    const [name, links] of [["windows", "folders"], ["windows with Developer Mode", "everything"]]
  ) {
    const system = world(name);
    assert.equal(linkSupport(readOnly(system)), links);
    assert.equal(linkSupport(system), links);
    assert.deepEqual(system.below.readDir("/c/Temp/aside"), []);
  }
});
