import assert from "node:assert/strict";
import type { FileSystem } from "../../src/system/fs.ts";
import { commandLine } from "../support/alive.ts";
import { sh, system, type User, withUser } from "../support/user.ts";

const { fs } = system;

/** The agents that this process has for a user. Other tests, which run in this process too, have children of their own. */
function agents({ uid, gid }: User): number[] {
  return sh(`cat /proc/${Deno.pid}/task/*/children`).split(/\s+/).filter(Boolean).map(Number)
    .filter((pid) => commandLine(pid).endsWith(`\0${uid}\0${gid}\0`));
}

function write(own: FileSystem, path: string, text: string) {
  const file = own.create(path, 0o600);
  file.write(new TextEncoder().encode(text));
  file.sync();
  file.close();
}

withUser(
  "agent: it has the user's rights, no group of root's, and cannot be stopped by the user",
  async (user, dir) => {
    const own = await fs.as(user);
    write(own, `${dir}/mine`, "x");
    const { uid, gid } = fs.lstat(`${dir}/mine`)!;
    assert.deepEqual({ uid, gid }, user);
    assert.throws(() => own.readFile("/etc/shadow"), /permission denied/);
    assert.throws(() => own.chown(`${dir}/mine`, 0, 0), /not permitted/);
    // It is a child of this process.
    const pids = agents(user);
    assert.notEqual(pids.length, 0);
    for (const pid of pids) {
      assert.match(Deno.readTextFileSync(`/proc/${pid}/status`), /^Groups:\s*$/m);
      const { success } = await new Deno.Command("sh", {
        args: ["-c", `kill -STOP ${pid}`],
        ...user,
        stderr: "null",
      }).output();
      assert.equal(success, false);
    }
    assert.equal(await fs.as(user), own);
  },
);

withUser("agent: another one takes its place when it has ended", async (user, dir) => {
  const own = await fs.as(user);
  const pids = agents(user);
  assert.notEqual(pids.length, 0);
  for (const pid of pids) Deno.kill(pid, "SIGKILL");
  assert.throws(() => own.lstat(dir), /go on as the user/);
  assert.equal((await fs.as(user)).lstat(dir)?.kind, "dir");
});

withUser("agent: a user who swaps without pause gets nothing of root's", async (user, dir) => {
  const secret = `${dir}-secret`;
  fs.mkdir(secret, 0o700);
  try {
    for (const name of ["a", "b"]) write(fs, `${secret}/${name}`, "root's");
    const before = sh(`stat -c '%n %a %U %Y' ${secret} ${secret}/*; cat ${secret}/*`);
    const own = await fs.as(user);
    own.mkdir(`${dir}/home`, 0o755);
    const swapper = new Deno.Command("sh", {
      args: [
        "-c",
        `for n in $(seq 400); do
          mv -T home away && ln -s ${secret} home && rm -f home && mv -T away home
          ln -sf ${secret}/a home/b 2>&1; rm -f home/b
        done`,
      ],
      cwd: dir,
      ...user,
      stdout: "null",
      stderr: "null",
    }).spawn();
    let done = false, did = 0;
    const end = swapper.status.then(() => done = true);
    for (let n = 0; !done && n < 100_000; n++) {
      for (
        const step of [
          () => write(own, `${dir}/home/a`, "the user's"),
          () => own.chmod(`${dir}/home/b`, 0o666),
          () => own.rename(`${dir}/home/a`, `${dir}/home/b`),
          () => assert.notEqual(new TextDecoder().decode(own.readFile(`${dir}/home/b`)), "root's"),
          () => own.remove(`${dir}/home/b`),
        ]
      ) {
        try {
          step();
          did++;
        } catch (thrown) {
          if (thrown instanceof assert.AssertionError) throw thrown;
        }
      }
      if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await end;
    assert.ok(did > 0);
    assert.equal(sh(`stat -c '%n %a %U %Y' ${secret} ${secret}/*; cat ${secret}/*`), before);
  } finally {
    sh(`rm -rf ${secret}`);
  }
});
