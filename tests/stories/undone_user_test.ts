/** Root makes a user, a group, and files in the new home; then something fails, or sys is killed. All of it is undone,
 * in a mount namespace with accounts of its own. */
import assert from "node:assert/strict";
import { canMount, type Mounted, sysLine, withMounted } from "../support/mounts.ts";
import { type Story, story } from "../support/story.ts";

const CONFIG = (last: string) =>
  `return { setup = function()
  activate { name = "zoe", config = function(_, ctx)
    ctx.ensure_group("syslua-devs")
    ctx.ensure_user("syslua-zoe", {
      comment = "Zoe", home = "/home/syslua-zoe", create_home = true, groups = { "syslua-devs" },
    })
    ctx.run("echo hi > /home/syslua-zoe/made", { undo = "rm -f /home/syslua-zoe/made" })
    ${last}
  end }
end }
`;

/** Accounts and homes of its own, from here on; what removes users waits when it has done so. Other tests add users
 * meanwhile: lock files come and go, and a number of theirs could have processes. */
const PREPARE = `until cp -a /etc etc; do rm -rf etc; sleep 0.1; done; rm -f etc/*.lock &&
  sed -i 's/^\\([UG]ID_MIN\\).*/\\1 51000/' etc/login.defs &&
  mount --bind etc /etc && mkdir homes mail bin &&
  mount --bind homes /home && mount --bind mail /var/mail &&
  cp "$(command -v userdel)" bin/userdel.real &&
  printf '#!/bin/sh\\n%s\\n' "$PWD/bin/userdel.real \\"\\$@\\" || exit" \\
    "[ ! -e $PWD/slow ] || { touch $PWD/removed; sleep 600; }" > bin/userdel &&
  chmod 755 bin/userdel && mount --bind bin/userdel "$(command -v userdel)"`;

const FILES = ["passwd", "group", "shadow", "gshadow"];

function accounts({ path, pid }: Mounted): string {
  const texts = FILES.map((name) => Deno.readTextFileSync(`/proc/${pid}/root/etc/${name}`));
  const homes = [...Deno.readDirSync(`${path}/homes`), ...Deno.readDirSync(`${path}/mail`)];
  return [...texts, ...homes.map(({ name }) => name)].join("\n");
}

function configure({ path }: Mounted, last: string) {
  Deno.mkdirSync(`${path}/dotfiles`, { recursive: true });
  Deno.writeTextFileSync(`${path}/dotfiles/init.lua`, CONFIG(last));
}

/** A command, killed when the user is gone and the home is not. */
async function killed(s: Story, mounted: Mounted, args: readonly string[]) {
  Deno.writeTextFileSync(`${mounted.path}/slow`, "");
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", mounted.line(sysLine(args))],
    env: s.env,
    clearEnv: true,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const there = () => [...Deno.readDirSync(mounted.path)].some(({ name }) => name === "removed");
  for (let tries = 0; tries < 3000 && !there(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(there());
  child.kill("SIGKILL");
  await child.status;
  Deno.removeSync(`${mounted.path}/slow`);
  Deno.removeSync(`${mounted.path}/removed`);
}

const has = (program: string) =>
  new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).outputSync().success;
const ignore = !canMount() || !has("useradd") || !has("groupadd");
story(
  `a user that was made is undone whole${ignore ? " (needs unshare and useradd)" : ""}`,
  (s) =>
    withMounted(s.home, "64m", async (mounted) => {
      const prepared = await s.shell(mounted.line(PREPARE), { unseen: true });
      assert.equal(prepared.code, 0, prepared.stderr);
      const sys = (...args: readonly string[]) => mounted.sys(s, args);
      const before = accounts(mounted);
      configure(mounted, 'ctx.run("test -e /home/syslua-zoe/made && exit 3")');
      const failed = await sys("apply", "dotfiles");
      assert.equal(failed.code, 1, failed.stderr);
      assert.match(failed.stderr, /it exited with 3/);
      assert.equal(accounts(mounted), before);

      await killed(s, mounted, ["apply", "dotfiles"]);
      assert.notEqual(accounts(mounted), before);
      const repaired = await sys("repair");
      assert.equal(repaired.code, 0, repaired.stderr);
      assert.equal(accounts(mounted), before);

      configure(mounted, "");
      const applied = await sys("apply", "dotfiles");
      assert.equal(applied.code, 0, applied.stderr);
      assert.notEqual(accounts(mounted), before);
      await killed(s, mounted, ["destroy", "--yes"]);
      const destroyed = await sys("destroy", "--yes");
      assert.equal(destroyed.code, 0, destroyed.stderr);
      assert.equal(accounts(mounted), before);
    }),
  { ignore },
);
