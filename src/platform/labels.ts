/** Labels of SELinux: a file that is put in place has the label of the folder that it was made in, not the one that the
 * policy has for its name. `restorecon` gives it that. */
import type { System } from "../system/mod.ts";

/** There where a policy is loaded (selinux(8)). */
const LOADED = "/sys/fs/selinux/enforce";

/** Where the policy's tools lie: the PATH of a user may lack it. */
const PROGRAMS = ["/usr/sbin/restorecon", "/sbin/restorecon"];

/**
 * Gives paths the labels that the policy has for them; those that are not there any more are left out. Root may do it
 * in a user's folder too: wherever a link leads meanwhile, what is there gets its own label.
 *
 * A file system without labels is no reason to fail, so what `restorecon` can't do is not an error.
 */
export async function relabel(
  { fs, processes, host }: Pick<System, "fs" | "processes" | "host">,
  paths: readonly string[],
): Promise<void> {
  if (host.os !== "linux" || paths.length === 0 || fs.lstat(LOADED) === null) return;
  const program = PROGRAMS.find((path) => fs.lstat(path) !== null);
  if (program === undefined) return;
  const stdin = paths.map((path) => `${path}\0`).join("");
  await processes.run({ argv: [program, "-i", "-0", "-f", "-"], env: { LC_ALL: "C" }, stdin });
}
