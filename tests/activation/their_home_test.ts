/** What root replaces in a user's home, on whatever disk, comes back with all that it had; and the user can't lead
 * root elsewhere meanwhile. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { foldersAbove, hold } from "../../src/activation/hold.ts";
import { asTheirUsers } from "../../src/activation/their_files.ts";
import { SysError } from "../../src/errors.ts";
import { readOriginals } from "../../src/snapshot/originals.ts";
import { withTemporary } from "../support/temporary.ts";
import { has, sh, system, type User, withUser } from "../support/user.ts";
import { Rig, treeOf, writeText } from "./support.ts";

const { fs } = system;

/** Another file system than the one of temporary folders, where there is one. */
const SHM = fs.lstat("/dev/shm");
const OTHER = SHM !== null && SHM.dev !== fs.lstat("/tmp")?.dev ? "/dev/shm" : null;

/** Tried, since a container's root may not. */
const CAN_MOUNT = system.host.elevated && new Deno.Command("sh", {
  args: ["-c", "unshare -m mount -t tmpfs none /mnt"],
  stderr: "null",
}).outputSync().success;

/** A rig whose home is a user's. */
function rigIn(home: string, user?: User): Rig {
  const rig = Object.assign(new Rig(undefined, system), { home });
  fs.mkdir(rig.root, 0o755);
  fs.chmod(rig.dir, 0o755);
  if (user) fs.chown(home, user.uid, user.gid);
  return rig;
}

/** A file with two names, attributes and a time, a link, an empty folder. */
function furnish(home: string, user?: User) {
  writeText(fs, `${home}/.vimrc`, "mine", 0o640);
  fs.link(`${home}/.vimrc`, `${home}/twin`);
  fs.symlink("nowhere", `${home}/link`);
  fs.mkdir(`${home}/folder`, 0o700);
  writeText(fs, `${home}/not-theirs`, "of root's", 0o644);
  const own = ["twin", "link", "folder"].map((name) => `${home}/${name}`);
  if (user) { for (const path of own) fs.chown(path, user.uid, user.gid); }
  for (const path of [`${home}/.vimrc`, `${home}/folder`]) {
    if (has("setfattr")) sh(`setfattr -n user.colour -v green ${path} || true`);
    if (has("setfacl")) sh(`setfacl -m u:daemon:rwx ${path} || true`);
    sh(`touch -d 2001-02-03T04:05:06 ${path}`);
  }
}

/** All that can be told of a home, but for the times of folders that something was put into. */
function facts(home: string): string {
  const attributes = has("getfattr") ? "getfattr -dm - $(ls -A) 2>&1;" : "";
  const acl = has("getfacl") ? "getfacl -n $(ls -A);" : "";
  return sh(
    `cd ${home} && ls -A && stat -c '%n %i %a %u:%g %h %Y' $(ls -A); ${attributes} ${acl} cat .vimrc`,
  );
}

const TARGETS = ["~/.vimrc", "~/link", "~/folder", "~/not-theirs"];

async function roundTrip(rig: Rig, owner?: User) {
  const [held] = foldersAbove(fs, rig.root, join(rig.home, "x"));
  assert.ok(held.startsWith(`${rig.home}/`));
  const before = facts(rig.home);
  const paths = TARGETS.map((target) => rig.link(target, "ours", owner ? { owner } : {}));
  await rig.apply({ paths }, { replace: "all" });
  assert.equal(fs.lstat(held)?.mode, 0o700);
  await rig.apply({});
  assert.equal(fs.lstat(held), null);
  assert.equal(facts(rig.home), before);
  const { originals, folders } = readOriginals(fs, rig.root);
  assert.deepEqual([originals, folders], [[], []]);
}

for (const declared of [true, false]) {
  const where = declared ? "in the user's block" : "at the top level";
  const name = `their home: attributes, ACLs and hard links come back, declared ${where}`;
  const test = async (user: User, home: string) => {
    using rig = rigIn(home, user);
    furnish(home, user);
    await roundTrip(rig, declared ? user : undefined);
  };
  withUser(name, test);
  withUser(`${name}, on another disk${CAN_MOUNT ? "" : " (needs mount)"}`, async (user, dir) => {
    if (!CAN_MOUNT) return;
    const home = join(dir, "home");
    fs.mkdir(home, 0o700);
    sh(`mount -t tmpfs -o mode=700 none ${home}`);
    try {
      await test(user, home);
    } finally {
      sh(`umount -l ${home}`);
    }
  });
}

Deno.test({
  name: `their home: the own one on another disk${OTHER ? "" : " (needs /dev/shm)"}`,
  ignore: OTHER === null,
  fn: () =>
    withTemporary(async (home) => {
      using rig = rigIn(home);
      furnish(home);
      await roundTrip(rig);
    }, OTHER!),
});

withUser(
  "their home: who tampers with what is held gets back what was there",
  async (user, dir) => {
    using rig = rigIn(dir, user);
    furnish(dir, user);
    const secret = join(rig.dir, "secret");
    writeText(fs, secret, "nobody but root reads this", 0o600);
    const paths = [rig.link("~/.vimrc", "ours")];
    await rig.apply({ paths }, { replace: "all" });
    const [{ state }] = readOriginals(fs, rig.root).originals;
    fs.remove(state.kept.held!);
    fs.symlink(secret, state.kept.held!);
    await rig.apply({});
    assert.equal(sh(`cat ${dir}/.vimrc; stat -c %u ${dir}/.vimrc`), `mine${user.uid}\n`);
    assert.equal(sh(`cat ${secret}; stat -c %a ${secret}`), "nobody but root reads this600\n");
  },
);

withUser(
  "their home: nothing is held where a folder leads that became a link",
  async (user, dir) => {
    using rig = rigIn(dir, user);
    const victim = join(rig.dir, "victim"), app = join(dir, "app"), path = join(app, "conf");
    for (const folder of [victim, app]) {
      fs.mkdir(folder, 0o755);
      writeText(fs, join(folder, "conf"), "a text", 0o644);
    }
    for (const theirs of [app, path]) fs.chown(theirs, user.uid, user.gid);
    const their = await asTheirUsers(fs, rig.root, [{ path, owner: user }]);
    try {
      fs.rename(app, join(dir, "away"));
      fs.symlink(victim, app);
      const before = [rig.dir, victim].map((folder) => fs.readDir(folder).sort());
      assert.equal(hold(their, rig.root, path, 1), null);
      assert.deepEqual([rig.dir, victim].map((folder) => fs.readDir(folder).sort()), before);
      fs.remove(app);
      fs.rename(join(dir, "away"), app);
      assert.equal(hold(their, rig.root, path, 1)?.linked, true);
    } finally {
      await fs.dismiss();
    }
  },
);

withUser(
  "their home: a user who swaps folders without pause leads root nowhere",
  async (user, dir) => {
    using rig = rigIn(dir, user);
    const secret = join(rig.dir, "victim");
    for (const folder of [secret, join(dir, "app")]) fs.mkdir(folder, 0o700);
    fs.chown(join(dir, "app"), user.uid, user.gid);
    writeText(fs, join(secret, "conf"), "nobody but root reads this", 0o600);
    const before = sh(`stat -c '%n %a %u %Y %i' ${secret} ${secret}/*; cat ${secret}/*`);
    const [held] = foldersAbove(fs, rig.root, join(dir, "x"));
    const swap = `for n in $(seq 600); do
    mv -T app away && ln -s ${secret} app && rm -f app && mv -T away app
    ln -sfn ${secret} ${held} && rm -f ${held}
  done`;
    const child = new Deno.Command("sh", { args: ["-c", swap], cwd: dir, ...user, stderr: "null" });
    const swapper = child.spawn();
    let done = false;
    const end = swapper.status.then(() => done = true);
    for (let n = 0; !done && n < 1000; n++) {
      const paths = n % 2 ? [] : [rig.copy("~/app/conf", String(n)), rig.link("~/app/link", "x")];
      await rig.apply({ paths }, { replace: "all" }).catch((thrown) => {
        if (!(thrown instanceof SysError)) throw thrown;
      });
      await new Promise((resolve) => setTimeout(resolve));
    }
    await end;
    assert.equal(sh(`stat -c '%n %a %u %Y %i' ${secret} ${secret}/*; cat ${secret}/*`), before);
    const texts = Object.values(treeOf(dir)).join("\n");
    assert.ok(!texts.includes("nobody but root"), texts);
  },
);
