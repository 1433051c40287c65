/** A second user who really is there, for tests that root runs. */
import assert from "node:assert/strict";
import { realSystem } from "../../src/system/real.ts";
import { withTemporary } from "./temporary.ts";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The system whose agents act for the users. */
export const system = realSystem();
const { fs, host } = system;

/** A test with a folder of a user's; the agents stay until it ends. */
export function withUser(name: string, fn: (user: User, dir: string) => Promise<void>) {
  const canAdd = host.elevated && host.os === "linux" && has("useradd");
  Deno.test({
    name: `${name}${canAdd ? "" : " (needs root and useradd)"}`,
    ignore: !canAdd,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: () =>
      withTemporary(async (dir) => {
        // Other files' tests run in this process, too.
        const account = `syslua-t-${crypto.randomUUID().slice(0, 18)}`;
        sh(`useradd --no-create-home --home-dir ${dir} ${account}`);
        try {
          const [uid, gid] = sh(`id -u ${account}; id -g ${account}`).split("\n").map(Number);
          Deno.chownSync(dir, uid, gid);
          await fn({ uid, gid }, dir);
        } finally {
          // A user of whom a process runs can't be removed.
          await fs.dismiss();
          sh(`userdel ${account}`);
        }
      }),
  });
}

/** What a line of shell prints; it has to succeed. */
export function sh(line: string): string {
  const { success, stdout, stderr } = new Deno.Command("sh", { args: ["-c", line] }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Whether a program is there. */
export function has(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).outputSync().success;
}
