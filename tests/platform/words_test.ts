/** What is said to service managers and settings of all three systems. */
import assert from "node:assert/strict";
import { label, plistPath } from "../../src/platform/services/launchd.ts";
import { systemctl, unitName, unitPath } from "../../src/platform/services/systemd.ts";
import {
  accountName,
  changeUser,
  createGroup,
  createUser,
  fieldOfUser,
  isMember,
} from "../../src/platform/settings/accounts.ts";
import { splitDefaultKey } from "../../src/platform/settings/defaults.ts";
import { managerOf, splitPackageKey } from "../../src/platform/settings/host_packages.ts";
import { type Accounts, groupIn, userIn } from "../../src/system/accounts.ts";
import { SysError } from "../../src/errors.ts";

const words = (commands: readonly (readonly string[])[]) => commands.map((argv) => argv.join(" "));

Deno.test("systemd: paths and command lines", () => {
  assert.equal(unitName("a"), "a.service");
  assert.equal(unitName("a.timer"), "a.timer");
  assert.equal(unitPath("a", true, "/h"), "/h/.config/systemd/user/a.service");
  assert.equal(unitPath("a", false, "/h"), "/etc/systemd/system/a.service");
  assert.deepEqual(words(systemctl("start", "a", false)), [
    "systemctl daemon-reload",
    "systemctl --quiet enable a.service",
    "systemctl restart a.service",
  ]);
  assert.deepEqual(words(systemctl("stop", "a", true)), [
    "systemctl --user --quiet disable --now a.service",
  ]);
});

Deno.test("macOS: labels and paths of services", () => {
  assert.equal(label("a"), "org.syslua.a");
  assert.equal(plistPath("com.x.a", true, "/h"), "/h/Library/LaunchAgents/com.x.a.plist");
  assert.equal(plistPath("a", false, "/h"), "/Library/LaunchDaemons/org.syslua.a.plist");
});

Deno.test("macOS: the key of a default may have colons", () => {
  assert.deepEqual(splitDefaultKey("com.x:a:b"), { domain: "com.x", key: "a:b" });
});

Deno.test("accounts: command lines, and what is there", () => {
  const options = {
    system: true,
    uid: 900,
    group: "g",
    shell: "/bin/sh",
    home: "/var/x",
    comment: "X of Y",
    create_home: true,
  };
  assert.deepEqual(
    createUser("x", options, false),
    [
      ..."useradd --system --uid 900 --gid g --comment".split(" "),
      "X of Y",
      ..."--home /var/x --shell /bin/sh --create-home x".split(" "),
    ],
  );
  assert.equal(createUser("x", {}, true).join(" "), "useradd --gid x x");
  assert.equal(createGroup("g", { gid: 7, system: true }).join(" "), "groupadd --system --gid 7 g");
  assert.equal(changeUser("x", "shell", "/bin/zsh").join(" "), "usermod --shell /bin/zsh x");
  for (const name of ["-x", "a b", "", "--b", "x;y"]) {
    assert.throws(() => accountName(name), SysError, name);
  }
  const passwd = "root:x:0:0:root:/root:/bin/sh\nme:x:1000:100:Me:/home/me:/bin/sh\n";
  const group = "root:x:0:\nusers:x:100:\nwheel:x:10:a,me\nwheels:x:11:\n";
  const accounts: Accounts = {
    user: (who) => userIn(passwd, who),
    group: (which) => groupIn(group, which),
  };
  const member = (user: string, name: string) => isMember(accounts, user, name);
  assert.deepEqual(
    [member("me", "wheel"), member("me", "users"), member("me", "wheels")],
    [true, true, false],
  );
  assert.deepEqual(
    ["group", "comment", "home", "shell"].map((field) => fieldOfUser(accounts, "me", field)),
    ["users", "Me", "/home/me", "/bin/sh"],
  );
  assert.equal(fieldOfUser(accounts, "m", "shell"), null);
});

Deno.test("host packages: command lines, and no name that is an option", () => {
  const { install, remove } = managerOf("apt");
  assert.deepEqual(install(["libc6:amd64", "git"]).map(({ argv }) => argv.join(" ")), [
    "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install --yes " +
    "--no-install-recommends -- libc6:amd64 git",
  ]);
  assert.match(remove(["git"])[0].argv.join(" "), /DPkg::Lock::Timeout=600 remove --yes -- git$/);
  assert.equal(managerOf("brew").install(["fd", "jq"])[0].stdin, 'brew "fd"\nbrew "jq"\n');
  assert.equal(managerOf("cask").install(["a@1"])[0].stdin, 'cask "a@1"\n');
  assert.throws(() => managerOf("nope"), SysError);
  for (const key of ["apt:--purge", "apt:", "apt:a b", 'brew:a"\nb']) {
    assert.throws(() => splitPackageKey(key), SysError, key);
  }
});

Deno.test("host packages: what is installed", () => {
  const check = (manager: string, names: string[], output: string, expected: string[]) =>
    assert.deepEqual(managerOf(manager).found(names, { code: 0, output }), expected);
  check(
    "apt",
    ["git", "libc6:amd64", "curl", "vim"],
    "git amd64 installed\nlibc6 amd64 installed\ncurl amd64 config-files\n",
    ["git", "libc6:amd64"],
  );
  check("dnf", ["git", "vim"], "git x86_64 2.4\npackage vim is not installed\n", ["git"]);
  check("pacman", ["git", "vim"], "git\n", ["git"]);
  check("brew", ["jq", "tap/cask/fd", "rg"], "fd\njq\n", ["jq", "tap/cask/fd"]);
});
