/** Root acting for others on a real systemd: their commands, their services, and what had a name before. */
import assert from "node:assert/strict";
import { guestTest, ok, sys } from "../support/guest.ts";

guestTest("a user's block runs commands and services as that user", async (guest) => {
  await ok(guest, "loginctl enable-linger maria");
  for (let tries = 0; tries < 50; tries++) {
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
