/** Takes the machine's ports, gives its users and groups. The files are looked at first: that starts no program, and can
 * be remembered with what else a command has seen. */
import { type Accounts, groupIn, userIn } from "../system/accounts.ts";
import type { System } from "../system/mod.ts";

/** Nothing is read or run before an account is asked for. */
export function accountsOf({ fs, host }: Pick<System, "fs" | "host">): Accounts {
  const read = (path: string) =>
    fs.lstat(path) === null ? "" : new TextDecoder().decode(fs.readFile(path));
  return {
    user: (who) => userIn(read("/etc/passwd"), who) ?? host.accounts.user(who),
    group: (which) => groupIn(read("/etc/group"), which) ?? host.accounts.group(which),
  };
}
