import assert from "node:assert/strict";
import { nameOfUser } from "../../src/system/username.ts";
import { realSystem } from "../../src/system/real.ts";
import { fromFileUrl } from "../support/paths.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
# 1000
:x:1000:1000::/:/bin/sh
maria:x:1000:1000:Maria,,,:/home/maria:/bin/zsh
other:x:10000:1000::/:/bin/sh
second:x:1000:1000::/:/bin/sh
`;

for (
  const [uid, name] of [[0, "root"], [1000, "maria"], [10000, "other"], [100, null]] as const
) {
  Deno.test(`username: ${uid} is ${name}`, () => assert.equal(nameOfUser(PASSWD, uid), name));
}

Deno.test({
  name: "username: the environment does not decide it",
  ignore: Deno.build.os === "windows",
  async fn() {
    const real = new URL("../../src/system/real.ts", import.meta.url);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["eval", "--no-check", "--config", fromFileUrl(new URL("../../deno.json", real))],
        `console.log((await import("${real}")).realSystem().host.username)`,
      ],
      env: { USER: "maria", LOGNAME: "maria", USERNAME: "maria" },
      stderr: "inherit",
    }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), realSystem().host.username);
    assert.notEqual(realSystem().host.username, "maria");
  },
});
