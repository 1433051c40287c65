/** Root acting for others on a real systemd: their commands, their services, what had a name before; and users and
 * groups that become what they shall be. */
import assert from "node:assert/strict";
import { guestTest, ok, sys } from "../support/guest.ts";

guestTest("a user's block runs commands and services as that user", async (guest) => {
  await ok(guest, "loginctl enable-linger maria");
  for (let tries = 0; tries < 600; tries++) {
    const { code } = await guest.shell("systemctl --user is-system-running", { user: "maria" });
    if (code === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await guest.write(
    "/etc/syslua/init.lua",
    `return { setup = function()
  user { name = "maria", setup = function()
    activate { name = "theirs", config = function(_, ctx)
      ctx.run("id -un > ~/who; pwd >> ~/who; echo $XDG_RUNTIME_DIR >> ~/who", { undo = "rm ~/who", check = "test -e ~/who" })
      ctx.enable_service("mine", { user = true, unit = "[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=default.target\\n" })
    end }
  end }
end }
`,
  );
  await sys(guest, "apply");
  assert.equal(await ok(guest, "cat ~/who", "maria"), "maria\n/home/maria");
  assert.equal(await ok(guest, "stat -c %U /home/maria/who"), "maria");
  assert.equal(await ok(guest, "systemctl --user is-active mine", "maria"), "active");
  assert.equal(
    await ok(guest, "stat -c %U /home/maria/.config/systemd/user/mine.service"),
    "maria",
  );
  await sys(guest, "status");
  await ok(guest, "rm ~/who; systemctl --user stop mine", "maria");
  await sys(guest, "status", 4);
  await sys(guest, "apply");
  await sys(guest, "status");
  await sys(guest, "destroy --yes");
  assert.equal((await guest.shell("test -e ~/who", { user: "maria" })).code, 1);
  assert.equal((await guest.shell("systemctl --user is-active mine", { user: "maria" })).code, 3);
});

guestTest("a service that ran before runs again in the end", async (guest) => {
  const unit = (note: string) =>
    `[Unit]\nDescription=${note}\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n`;
  await guest.write("/etc/systemd/system/own.service", unit("theirs"));
  await ok(guest, "systemctl daemon-reload && systemctl enable --now own.service");
  await guest.write(
    "/etc/syslua/init.lua",
    `return { setup = function()
  activate { name = "own", config = function(_, ctx)
    ctx.enable_service("own", { user = false, unit = ${JSON.stringify(unit("ours"))} })
  end }
end }
`,
  );
  const description = () => ok(guest, "systemctl show -p Description --value own.service");
  await sys(guest, "apply --replace");
  assert.equal(await description(), "ours");
  await sys(guest, "destroy --yes");
  assert.equal(await description(), "theirs");
  assert.equal(await ok(guest, "systemctl is-active own.service"), "active");
  assert.equal(await ok(guest, "systemctl is-enabled own.service"), "enabled");
});

/** A config with one activation. */
const config = (body: string) =>
  `return { setup = function() activate { config = function(_, ctx)\n${body}\nend } end }\n`;

guestTest("users become what is declared, and what they were", async (guest) => {
  const field = (n: number, name: string) => ok(guest, `getent passwd ${name} | cut -d: -f${n}`);
  const groups = async (name: string) => (await ok(guest, `id -Gn ${name}`)).split(" ").sort();
  await ok(guest, "groupadd red; usermod --comment 'Old Name' --append --groups red maria");
  const write = (body: string) => guest.write("/etc/syslua/init.lua", config(body));
  await write(`
    ctx.ensure_user("maria", { comment = "New Name", shell = "/bin/bash", groups = { "blue" } })
    ctx.ensure_group("blue")
    ctx.ensure_user("nina", { comment = "Nina", shell = "/bin/bash", groups = { "red", "blue" }, create_home = true })`);
  await sys(guest, "apply");
  assert.deepEqual([await field(5, "maria"), await field(7, "maria")], ["New Name", "/bin/bash"]);
  assert.deepEqual(await groups("maria"), ["blue", "maria", "red"]);
  assert.deepEqual([await field(5, "nina"), await field(7, "nina")], ["Nina", "/bin/bash"]);
  assert.deepEqual(await groups("nina"), ["blue", "nina", "red"]);
  await sys(guest, "status");
  assert.match((await sys(guest, "apply")).stdout, /Nothing to do/);
  await write(`
    ctx.ensure_user("maria", { comment = "Newer Name", groups = { "blue" } })
    ctx.ensure_group("blue")
    ctx.ensure_user("nina", { comment = "N.", groups = { "blue" } })`);
  await sys(guest, "apply");
  assert.deepEqual([await field(5, "maria"), await field(7, "maria")], ["Newer Name", "/bin/sh"]);
  assert.equal(await field(5, "nina"), "N.");
  assert.deepEqual(await groups("nina"), ["blue", "nina"]);
  await ok(guest, "usermod --comment Other maria");
  await sys(guest, "status", 4);
  await sys(guest, "apply");
  assert.equal(await field(5, "maria"), "Newer Name");
  await sys(guest, "destroy --yes");
  assert.deepEqual([await field(5, "maria"), await field(7, "maria")], ["Old Name", "/bin/sh"]);
  assert.deepEqual(await groups("maria"), ["maria", "red"]);
  assert.equal((await guest.shell("id nina")).code, 1);
  assert.equal((await guest.shell("getent group blue")).code, 2);
});

guestTest(
  "users are made with su's PATH too, and undone when a later step fails",
  async (guest) => {
    await guest.write(
      "/etc/syslua/init.lua",
      config(`ctx.ensure_user("nina", { shell = "/bin/bash", groups = { "new" } })
    ctx.ensure_group("new")
    ctx.ensure_user("maria", { comment = "New" })
    ctx.run("test ! -e /etc/fail")`),
    );
    await ok(guest, "touch /etc/fail");
    await sys(guest, "apply", 1);
    assert.equal((await guest.shell("id nina; getent group new")).code, 2);
    assert.equal(await ok(guest, "getent passwd maria | cut -d: -f5"), "");
    await ok(guest, "rm /etc/fail");
    const { code, stdout, stderr } = await guest.sys("apply", {
      path: "/usr/local/bin:/usr/bin:/bin",
    });
    assert.equal(code, 0, stdout + stderr);
    assert.equal(await ok(guest, "id -Gn nina"), "nina new");
  },
);

guestTest("packages that are there, a manager that is not, and no root", async (guest) => {
  await guest.write(
    "/etc/syslua/init.lua",
    config(`ctx.host_packages { apt = { "bash", "coreutils" }, brew = { "fd" } }`),
  );
  const { stdout } = await sys(guest, "plan");
  assert.match(stdout, /brew:fd +host package +skipped: there is no brew here/);
  assert.match(stdout, /3 host packages: 0 changed, 3 unchanged/);
  await sys(guest, "apply");
  await sys(guest, "status");
  await guest.write(
    "/home/maria/init.lua",
    config(`ctx.host_packages { apt = { "bash", "no-such-package" } } ctx.ensure_group("new")`),
  );
  const shown = await sys(guest, "plan /home/maria/init.lua", 0, "maria");
  assert.match(shown.stdout, /apt:no-such-package: apt needs root/);
  assert.match(shown.stdout, /new: it needs root/);
  const refused = await sys(guest, "apply /home/maria/init.lua", 1, "maria");
  assert.match(refused.stderr, /Cannot put .* in place: .*needs root/);
});
