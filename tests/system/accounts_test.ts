import assert from "node:assert/strict";
import { groupIn, userIn } from "../../src/system/accounts.ts";
import { groupOfDscl, nameInSearch, userOfDscl } from "../../src/system/dscl.ts";
import { type HomeFacts, homeFolder } from "../../src/system/home.ts";
import { realAccounts } from "../../src/system/real_accounts.ts";
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
  Deno.test(`accounts: ${uid} is ${name}`, () => {
    assert.equal(userIn(PASSWD, uid)?.name ?? null, name);
  });
}

Deno.test("accounts: what files tell of users and groups", () => {
  assert.deepEqual(userIn(PASSWD, "maria"), {
    name: "maria",
    uid: 1000,
    gid: 1000,
    comment: "Maria,,,",
    home: "/home/maria",
    shell: "/bin/zsh",
  });
  assert.equal(userIn(PASSWD, "1000"), null);
  assert.equal(userIn("nobody:*:-2:-2::/var/empty:/usr/bin/false\n", "nobody")?.uid, -2);
  assert.deepEqual(groupIn("wheel:x:10:a,me\nw:x:1:\n", "wheel"), {
    name: "wheel",
    gid: 10,
    members: ["a", "me"],
  });
  assert.deepEqual(groupIn("wheel:x:10:a,me\nw:x:1:\n", 1), { name: "w", gid: 1, members: [] });
});

/** As macOS 14 prints it. */
const DSCL_USER = `NFSHomeDirectory: /Users/maria
PrimaryGroupID: 20
RealName:
 Maria Mustermann
RecordName: maria com.apple.idms.appleid.prd.000123
UniqueID: 501
UserShell: /bin/zsh
`;

Deno.test("macOS: what dscl prints of a user", () => {
  assert.deepEqual(userOfDscl(DSCL_USER), {
    name: "maria",
    uid: 501,
    gid: 20,
    comment: "Maria Mustermann",
    home: "/Users/maria",
    shell: "/bin/zsh",
  });
  const root = "NFSHomeDirectory: /var/root /private/var/root\nPrimaryGroupID: 0\n" +
    "RecordName:\n root\n BUILTIN\\Local System\nUniqueID: 0\n";
  assert.deepEqual(userOfDscl(root), {
    name: "root",
    uid: 0,
    gid: 0,
    comment: "",
    home: "/var/root",
    shell: "",
  });
  assert.equal(userOfDscl("No such key: UniqueID\nRecordName: x\n"), null);
  assert.equal(userOfDscl(""), null);
});

Deno.test("macOS: what dscl prints of a group", () => {
  const admin = "dsAttrTypeStandard:GroupMembership: root maria\n" +
    "dsAttrTypeStandard:PrimaryGroupID: 80\ndsAttrTypeStandard:RecordName:\n admin\n BUILTIN\\Administrators\n";
  assert.deepEqual(groupOfDscl(admin), { name: "admin", gid: 80, members: ["root", "maria"] });
  assert.equal(nameInSearch("staff\t\tPrimaryGroupID = (\n    20\n)\n"), "staff");
  assert.equal(nameInSearch(""), null);
});

/** A directory that notes what it is asked. */
function directory(answers: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const ask = (argv: readonly string[]) => {
    asked.push(argv.join(" "));
    return Object.entries(answers).find(([start]) => argv.join(" ").startsWith(start))?.[1] ?? null;
  };
  return { asked, ask };
}

Deno.test("macOS: accounts are asked of the directory service", () => {
  const { ask, asked } = directory({
    "/usr/bin/dscl /Search -read /Users/maria ": DSCL_USER,
    "/usr/bin/id -un 501": "maria\n",
    "/usr/bin/id -un 503": "maria\n",
    "/usr/bin/dscl /Search -search /Groups PrimaryGroupID 20": "staff\t\tPrimaryGroupID = (\n",
    "/usr/bin/dscl /Search -read /Groups/staff ": "PrimaryGroupID: 20\nRecordName: staff\n",
  });
  const accounts = realAccounts("darwin", ask);
  assert.deepEqual(asked, []);
  assert.equal(accounts.user("maria")?.uid, 501);
  assert.equal(accounts.user(501)?.home, "/Users/maria");
  assert.equal(accounts.group(20)?.name, "staff");
  assert.equal(accounts.group("staff")?.gid, 20);
  assert.equal(accounts.user("nobody-here"), null);
  assert.equal(accounts.user(502), null);
  assert.equal(accounts.user(503), null, "whose name is another number's meanwhile");
  const before = asked.length;
  for (const name of ["-x", "../Groups/staff", "a b", ""]) assert.equal(accounts.user(name), null);
  assert.equal(asked.length, before);
});

Deno.test("accounts: those of a directory are known on Linux", () => {
  const { ask, asked } = directory({
    "getent passwd jo": "jo:*:70001:70000:Jo:/home/jo:/bin/bash\n",
    "getent passwd 70001": "jo:*:70001:70000:Jo:/home/jo:/bin/bash\n",
    "getent group staff": "staff:*:70000:jo\n",
  });
  const accounts = realAccounts("linux", ask);
  assert.equal(accounts.user("jo")?.home, "/home/jo");
  assert.equal(accounts.user(70001)?.name, "jo");
  assert.deepEqual(accounts.group("staff")?.members, ["jo"]);
  assert.equal(accounts.user("joe"), null);
  assert.equal(accounts.user("--service=files"), null);
  assert.equal(asked.length, 4);
});

function home(name: string, facts: Partial<HomeFacts>, expected: string) {
  const owners: Record<string, number> = { "/Users/jo": 501, "/var/root": 0, "/srv/root": 0 };
  Deno.test(name, () => {
    const found = homeFolder({
      uid: 0,
      named: undefined,
      ownerOf: (path) => owners[path] ?? null,
      account: () => "/var/root",
      ...facts,
    });
    assert.equal(found, expected);
  });
}

home("macOS: after sudo, root's home is not the user's", { named: "/Users/jo" }, "/var/root");
home("macOS: root's home is the accounts' without HOME", {}, "/var/root");
home("home: root's own folder may be named", { named: "/srv/root" }, "/srv/root");
home("home: a folder that is not there is not root's", { named: "/nowhere" }, "/var/root");
home("home: a path that is not absolute is not root's", { named: "srv" }, "/var/root");
home("home: a root without an account", { account: () => null }, "/root");
home("home: others have what HOME says", { uid: 501, named: "/elsewhere" }, "/elsewhere");
home("home: without HOME others have their account's", { uid: 501, account: () => "/h" }, "/h");

Deno.test({
  name: "accounts: the environment does not decide who runs sys",
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
