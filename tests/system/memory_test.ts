/** What a disk in memory can do that no real one does when it is asked: be full, lose its power, be another's. */
import assert from "node:assert/strict";
import { Disk } from "../../src/system/memory/disk.ts";
import type { MemoryFs } from "../../src/system/memory/memory_fs.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { RULES } from "../../src/system/memory/rules.ts";
import { NAMES, NOTHING, random } from "../../src/system/memory/survivors.ts";
import { type FileSystem, FsError } from "../../src/system/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const refusal = (code: string) => (thrown: unknown) =>
  thrown instanceof FsError && thrown.code === code;

function write(fs: FileSystem, path: string, text: string, flush = true, mode = 0o644) {
  const file = fs.create(path, mode);
  file.write(bytes(text));
  if (flush) file.sync();
  file.close();
}

/** Everything on a disk: path → what is there. */
function all(fs: FileSystem, folder = ""): Record<string, string> {
  return Object.fromEntries(
    fs.readDir(folder || "/").flatMap((name) => {
      const path = `${folder}/${name}`;
      const kind = fs.lstat(path)?.kind;
      if (kind === "dir") return [[path, "dir"], ...Object.entries(all(fs, path))];
      if (kind === "link") return [[path, `-> ${fs.readLink(path)}`]];
      return [[path, new TextDecoder().decode(fs.readFile(path))]];
    }),
  );
}

function fresh(): { fs: MemoryFs; disk: Disk } {
  const { fs } = memorySystem();
  return { fs, disk: fs.disk };
}

Deno.test("memory: a full disk takes what fits, and more when something was removed", () => {
  const { fs, disk } = fresh();
  disk.capacity = 10;
  write(fs, "/a", "123456");
  assert.throws(() => write(fs, "/b", "123456"), refusal("ENOSPC"));
  assert.equal(fs.lstat("/b")?.size, 4);
  fs.remove("/b");
  fs.remove("/a");
  write(fs, "/c", "1234567890");
});

Deno.test("memory: a read-only disk, and what is marked immutable, stay as they are", () => {
  const { fs, disk } = fresh();
  write(fs, "/a", "x");
  fs.setImmutable("/a", true);
  for (const attempt of [() => fs.remove("/a"), () => fs.chmod("/a", 0o600)]) {
    assert.throws(attempt, refusal("EPERM"));
  }
  assert.throws(() => fs.link("/a", "/b"), refusal("EPERM"));
  assert.throws(() => fs.append("/a", 0o644), refusal("EPERM"));
  fs.setImmutable("/a", false);
  disk.readOnly = true;
  assert.throws(() => fs.remove("/a"), refusal("EROFS"));
  assert.throws(() => fs.mkdir("/d", 0o755), refusal("EROFS"));
  assert.deepEqual(all(fs), { "/a": "x" });
});

Deno.test("memory: users on one disk", () => {
  const { fs: root, disk } = fresh();
  const maria = memorySystem({ disk, user: { uid: 1000, gid: 1000 } }).fs;
  root.mkdir("/tmp", 0o1777);
  write(root, "/tmp/roots", "x", true, 0o600);
  write(maria, "/tmp/marias", "x", true, 0o4755);
  assert.throws(() => maria.remove("/tmp/roots"), refusal("EPERM"));
  assert.throws(() => maria.rename("/tmp/marias", "/tmp/roots"), refusal("EPERM"));
  assert.throws(() => maria.link("/tmp/roots", "/tmp/l"), refusal("EPERM"));
  root.chown("/tmp/marias", 0, 0);
  assert.deepEqual([root.lstat("/tmp/marias")?.uid, root.lstat("/tmp/marias")?.mode], [0, 0o755]);
  root.mkdir("/mnt", 0o755);
  root.mount("/mnt");
  assert.throws(() => root.rename("/tmp/roots", "/mnt/roots"), refusal("EXDEV"));
  assert.throws(() => root.link("/tmp/roots", "/mnt/roots"), refusal("EXDEV"));
});

Deno.test("memory: a Mac keeps the case of a name, and does not see it", () => {
  const { fs } = memorySystem({ disk: new Disk({ rules: RULES.darwin }) });
  write(fs, "/Read\u00e9", "x");
  assert.deepEqual(fs.readFile("/READe\u0301"), bytes("x"));
  assert.throws(() => fs.create("/rea\u0044\u00e9", 0o644), refusal("EEXIST"));
  fs.rename("/read\u00e9", "/REad\u00e9");
  assert.deepEqual(fs.readDir("/"), ["REad\u00e9"]);
  assert.equal(fs.realPath("/read\u00e9"), "/REad\u00e9");
});

Deno.test("memory: Windows has junctions, and neither owners nor permissions", () => {
  const { fs } = memorySystem({
    disk: new Disk({ rules: RULES.windows }),
    user: { uid: 5, gid: 5 },
  });
  fs.mkdir("/Folder", 0o500);
  write(fs, "/folder/file", "x", true, 0o400);
  fs.symlink("/Folder", "/junction");
  assert.throws(() => fs.symlink("/folder/file", "/link"), refusal("EPERM"));
  assert.deepEqual(fs.readFile("/JUNCTION/FILE"), bytes("x"));
  assert.equal(fs.lstat("/folder/file")?.mode, 0o444);
  assert.equal(fs.lstat("/folder")?.mode, 0o755);
  assert.throws(() => fs.utime("/folder/file", 1), refusal("EPERM"));
  fs.chmod("/folder/file", 0o700);
  assert.equal(fs.lstat("/folder/file")?.mode, 0o666);
  fs.utime("/folder/file", 1);
});

Deno.test("power cut: what was not flushed is gone", () => {
  const { fs, disk } = fresh();
  fs.mkdir("/kept", 0o755);
  write(fs, "/kept/file", "flushed");
  fs.syncDir("/kept");
  fs.syncDir("/");
  const open = fs.append("/kept/file", 0o644);
  open.write(bytes(" and not"));
  write(fs, "/kept/new", "its name is not");
  fs.mkdir("/new", 0o755);
  fs.chmod("/kept/file", 0o600);
  disk.powerCut(NOTHING);
  assert.deepEqual(all(fs), { "/kept": "dir", "/kept/file": "flushed" });
  assert.equal(fs.lstat("/kept/file")?.mode, 0o644);
  assert.throws(() => open.write(bytes("x")), FsError);
});

Deno.test("power cut: what was flushed as one is there, and another file system is not flushed with it", () => {
  const { fs, disk } = fresh();
  fs.mkdir("/mnt", 0o755);
  fs.syncDir("/");
  fs.mount("/mnt");
  fs.mkdir("/a", 0o755);
  write(fs, "/a/file", "x", false);
  fs.chmod("/a/file", 0o600);
  write(fs, "/mnt/file", "x", false);
  fs.syncAll("/a");
  disk.powerCut(NOTHING);
  assert.deepEqual(all(fs), { "/a": "dir", "/a/file": "x", "/mnt": "dir" });
  assert.equal(fs.lstat("/a/file")?.mode, 0o600);
});

Deno.test("power cut: a folder's names are flushed with the folder, and reached by those above it", () => {
  const { fs, disk } = fresh();
  fs.mkdir("/a", 0o755);
  fs.mkdir("/b", 0o755);
  write(fs, "/a/file", "x");
  fs.rename("/a/file", "/b/file");
  fs.syncDir("/b");
  const copy = disk.copy();
  disk.powerCut(NOTHING);
  assert.deepEqual(all(fs), {}, "nobody has flushed /");
  const { fs: again } = memorySystem({ disk: copy });
  copy.powerCut(NOTHING);
  assert.deepEqual(all(again), { "/a": "dir", "/b": "dir", "/b/file": "x" });
});

Deno.test("power cut: a name may reach the disk before the content", () => {
  const { fs, disk } = fresh();
  write(fs, "/config", "old");
  fs.syncDir("/");
  write(fs, "/config.new", "new", false);
  fs.rename("/config.new", "/config");
  disk.powerCut(NAMES);
  assert.deepEqual(all(fs), { "/config": "" });
});

Deno.test("power cut: an overwritten or removed file comes back while that was not flushed", () => {
  const { fs, disk } = fresh();
  write(fs, "/a", "a");
  write(fs, "/b", "b");
  fs.syncDir("/");
  fs.rename("/a", "/b");
  fs.remove("/b");
  disk.powerCut(NOTHING);
  assert.deepEqual(all(fs), { "/a": "a", "/b": "b" });
  assert.deepEqual([fs.lstat("/a")?.nlink, fs.lstat("/b")?.nlink], [1, 1]);
});

Deno.test("power cut: whatever survives by chance, what was flushed is there", () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    const { fs, disk } = fresh();
    write(fs, "/flushed", "x");
    fs.syncDir("/");
    write(fs, "/one", "one", false);
    fs.rename("/one", "/two");
    write(fs, "/three", "three", false);
    disk.powerCut(random(seed));
    const found = all(fs);
    assert.equal(found["/flushed"], "x");
    assert.ok(!("/one" in found && "/two" in found), "a rename happens wholly or not at all");
    seen.add(JSON.stringify(found));
  }
  assert.ok(seen.size > 15, `${seen.size} different worlds`);
});

Deno.test("power cut: locks are free again", async () => {
  const { fs, disk } = fresh();
  assert.ok(await fs.lock("/lock", "exclusive"));
  fs.syncDir("/");
  disk.powerCut(NOTHING);
  assert.ok(await fs.lock("/lock", "exclusive"));
});
