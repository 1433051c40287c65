import assert from "node:assert/strict";
import { hostRecipient } from "../../../src/journeys/secrets/host_key.ts";
import { makeFolders } from "../../../src/system/folders.ts";
import { SSH_KEY } from "../../secrets/samples.ts";
import { bytes } from "../../secrets/support.ts";
import { machine, put } from "./world.ts";

const PUBLIC = "/etc/ssh/ssh_host_ed25519_key.pub";

Deno.test("the recipient of a machine is its SSH host key, without the comment", async () => {
  const system = await machine();
  await assert.rejects(hostRecipient(system), { kind: "config", hint: /ssh-keygen -A/ });
  makeFolders(system.fs, "/etc/ssh");
  const line = Deno.readTextFileSync(`${SSH_KEY}.pub`);
  put(system, PUBLIC, bytes(line));
  const { recipient } = await hostRecipient(system);
  assert.equal(recipient, line.split(" ").slice(0, 2).join(" "));
  put(system, PUBLIC, bytes("ssh-rsa AAAA root@host\n"));
  await assert.rejects(hostRecipient(system), /Cannot use .*no SSH key of the kind ssh-ed25519/);
});
