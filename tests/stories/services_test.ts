import assert from "node:assert/strict";
import { guestTest, ok, sys } from "../support/guest.ts";

/** A unit that only waits; `note` makes it another. */
const unit = (note: string, start = "/bin/sleep infinity", target = "multi-user.target") =>
  `[Unit]\\nDescription=${note}\\n[Service]\\nExecStart=${start}\\n[Install]\\nWantedBy=${target}\\n`;

/** A config with services: name → unit text. */
const config = (services: Readonly<Record<string, string>>, user = false) =>
  `return { setup = function()\n${
    Object.entries(services).map(([name, text]) =>
      `  activate { name = "${name}", config = function(_, ctx) ctx.enable_service("${name}", { unit = "${text}", user = ${user} }) end }\n`
    ).join("")
  }end }\n`;

guestTest("services of the system come, stay, change, fail, return and go", async (guest) => {
  const is = (what: string, name: string) =>
    guest.shell(`systemctl ${what} ${name}.service`).then(({ stdout }) => stdout.trim());
  const pid = (name: string) => ok(guest, `systemctl show -p MainPID --value ${name}.service`);
  const apply = (services: Record<string, string>, expected = 0) =>
    guest.write("/etc/syslua/init.lua", config(services)).then(() => sys(guest, "apply", expected));

  await apply({ one: unit("first"), two: unit("second") });
  for (const name of ["one", "two"]) {
    assert.equal(await is("is-active", name), "active");
    assert.equal(await is("is-enabled", name), "enabled");
  }
  const one = await pid("one"), two = await pid("two");
  await sys(guest, "status");

  await sys(guest, "apply");
  assert.deepEqual([await pid("one"), await pid("two")], [one, two]);

  await apply({ one: unit("first, changed"), two: unit("second") });
  assert.notEqual(await pid("one"), one);
  assert.equal(await pid("two"), two);
  assert.match(await ok(guest, "systemctl show -p Description one.service"), /first, changed/);

  const changed = await pid("one");
  const failure = await apply({
    one: unit("broken", "/bin/false\\nType=oneshot"),
    two: unit("second"),
  }, 1);
  assert.match(failure.stderr, /one/);
  assert.equal(await is("is-active", "one"), "active");
  assert.notEqual(await pid("one"), changed);
  assert.equal(await pid("two"), two);
  assert.match(await ok(guest, "systemctl show -p Description one.service"), /first, changed/);
  await sys(guest, "status");

  await sys(guest, "rollback");
  assert.match(await ok(guest, "systemctl show -p Description one.service"), /=first$/);
  assert.equal(await is("is-active", "one"), "active");
  assert.equal(await pid("two"), two);

  await ok(guest, "systemctl stop two.service");
  await sys(guest, "status", 4);
  await apply({ one: unit("first"), two: unit("second") });
  assert.equal(await is("is-active", "two"), "active");

  await apply({ one: unit("first") });
  assert.notEqual(await is("is-active", "two"), "active");
  assert.equal((await guest.shell("ls /etc/systemd/system/two.service")).code, 2);
  assert.equal(await is("is-active", "one"), "active");

  await sys(guest, "destroy --yes");
  assert.equal((await guest.shell("ls /etc/systemd/system/one.service")).code, 2);
  assert.equal(
    await ok(guest, "find /etc/systemd -name '*one.service*' -o -name '*two.service*'"),
    "",
  );
});

guestTest("a service that was there before comes back", async (guest) => {
  await guest.write(
    "/etc/systemd/system/own.service",
    "[Unit]\nDescription=own\n[Service]\nExecStart=/bin/sleep 9999\n[Install]\nWantedBy=multi-user.target\n",
  );
  await ok(guest, "systemctl daemon-reload && systemctl enable --now own.service");
  await guest.write("/etc/syslua/init.lua", config({ own: unit("ours") }));
  await sys(guest, "apply", 6);
  await sys(guest, "apply --replace");
  assert.match(await ok(guest, "systemctl show -p Description own.service"), /=ours/);
  await sys(guest, "destroy --yes");
  assert.equal(
    await ok(guest, "cat /etc/systemd/system/own.service | head -2"),
    "[Unit]\nDescription=own",
  );
});

guestTest("services of a user", async (guest) => {
  await ok(guest, "loginctl enable-linger maria");
  for (let tries = 0; tries < 600; tries++) {
    if ((await guest.shell("systemctl --user is-system-running", { user: "maria" })).code === 0) {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const path = "/home/maria/dotfiles/init.lua";
  await guest.write(
    path,
    config({ mine: unit("mine", "/bin/sleep infinity", "default.target") }, true),
  );
  await ok(guest, "chown -R maria: /home/maria");
  await sys(guest, "apply dotfiles", 0, "maria");
  assert.equal(await ok(guest, "systemctl --user is-active mine.service", "maria"), "active");
  assert.equal(await ok(guest, "systemctl --user is-enabled mine.service", "maria"), "enabled");
  await sys(guest, "status", 0, "maria");
  await sys(guest, "destroy --yes", 0, "maria");
  assert.equal(
    (await guest.shell("systemctl --user is-active mine.service", { user: "maria" })).code,
    3,
  );
  assert.equal(
    (await guest.shell("test -e ~/.config/systemd/user/mine.service", { user: "maria" })).code,
    1,
  );
});

guestTest("root applies the blocks of two users, each in the user's home", async (guest) => {
  await guest.write(
    "/etc/syslua/init.lua",
    `return { setup = function()
  file { path = "/etc/motd-like", content = "welcome\\n" }
  user { name = "maria", setup = function()
    file { path = "~/.vimrc", content = "maria's\\n" }
    file { path = "~/.config/deep/down", content = "private\\n", mode = "0600" }
    env { EDITOR = "vim" }
  end }
  user { name = "omar", setup = function()
    file { path = "~/.vimrc", content = "omar's\\n" }
    env { EDITOR = "nano" }
  end }
end }
`,
  );
  await sys(guest, "apply");
  assert.equal(await ok(guest, "cat /etc/motd-like"), "welcome");
  for (const [user, editor] of [["maria", "vim"], ["omar", "nano"]]) {
    assert.equal(await ok(guest, "cat ~/.vimrc", user), `${user}'s`);
    assert.equal(await ok(guest, `stat -c %U /home/${user}/.vimrc`), user);
    const env = `/syslua/users/${user}/env.sh`;
    assert.equal(await ok(guest, `. ${env}; echo $EDITOR`, user), editor);
  }
  assert.equal(await ok(guest, "stat -c '%U %a' /home/maria/.config/deep/down"), "maria 600");
  assert.equal(
    await ok(guest, "stat -c %U /home/maria/.config /home/maria/.config/deep"),
    "maria\nmaria",
  );
  await sys(guest, "destroy --yes");
  assert.equal(await ok(guest, "ls -A /home/maria | grep -c -e vimrc -e config; true"), "0");

  // A link that a user planted is not followed.
  await ok(guest, "ln -s /etc/cron.d ~/.config", "maria");
  const before = await ok(guest, "ls /etc/cron.d 2>/dev/null; true");
  await sys(guest, "apply", 1);
  assert.equal(await ok(guest, "ls /etc/cron.d 2>/dev/null; true"), before);
  assert.equal((await guest.shell("test -e /home/omar/.vimrc")).code, 1);
});

guestTest("users and groups are made, and only those that were made go", async (guest) => {
  await ok(guest, "groupadd there-before");
  await guest.write(
    "/etc/syslua/init.lua",
    `return { setup = function()
  activate { name = "accounts", config = function(_, ctx)
    ctx.ensure_group("builders")
    ctx.ensure_group("there-before")
    ctx.ensure_user("worker", {})
    ctx.add_to_group("maria", "builders")
  end }
end }
`,
  );
  await sys(guest, "apply");
  await ok(guest, "getent group builders && getent passwd worker");
  assert.match(await ok(guest, "id -nG maria"), /builders/);
  await sys(guest, "status");
  await sys(guest, "destroy --yes");
  assert.equal((await guest.shell("getent group builders")).code, 2);
  assert.equal((await guest.shell("getent passwd worker")).code, 2);
  await ok(guest, "getent group there-before");
});

guestTest("not even root changes an object of the system's store by mistake", async (guest) => {
  await ok(guest, "mkdir /syslua && mount -t tmpfs tmpfs /syslua");
  const marks =
    (await guest.shell("touch /syslua/x && chattr +i /syslua/x && chattr -i /syslua/x")).code === 0;
  await ok(guest, "rm -f /syslua/x");
  const text = (word: string) =>
    `return { setup = function() file { path = "/etc/word", content = "${word}" } end }`;
  await guest.write("/etc/syslua/init.lua", text("one"));
  await sys(guest, "apply");
  const changed = await guest.shell("echo changed >> $(readlink -f /etc/word)");
  if (marks) assert.notEqual(changed.code, 0);
  else assert.equal((await guest.sys("store verify")).code, 1);
  await guest.write("/etc/syslua/init.lua", text("two"));
  await sys(guest, "apply");
  await sys(guest, "gc --keep 1");
  assert.equal(await ok(guest, "ls /syslua/store/obj | grep -c ^word-"), "1");
  await sys(guest, "store optimise");
  await sys(guest, "destroy --yes --store");
  assert.equal((await guest.shell("ls /syslua/store")).code, 2);
});
