/** Marks objects so that not even root changes them by mistake: `chattr +i` on Linux, `chflags uchg` on macOS.
 * For the system's store; a user may not set these marks. Where the file system has none, read-only has to do. */
import type { System } from "../system/mod.ts";
import { layoutOf, objectPath } from "./layout.ts";
import type { ObjectName } from "./names.ts";

/** Objects given to one run of the program: its command line must not get too long. */
const BATCH = 200;
const PATH = "/usr/bin:/bin:/usr/sbin:/sbin";

/** Sets the mark on objects; false where that is not possible here. */
export function protect(
  system: Pick<System, "processes" | "host">,
  root: string,
  objects: readonly ObjectName[],
): Promise<boolean> {
  return mark(system, root, objects, true);
}

/** Takes the mark off, before objects are removed or mended. */
export function unprotect(
  system: Pick<System, "processes" | "host">,
  root: string,
  objects: readonly ObjectName[],
): Promise<boolean> {
  return mark(system, root, objects, false);
}

async function mark(
  { processes, host }: Pick<System, "processes" | "host">,
  root: string,
  objects: readonly ObjectName[],
  on: boolean,
): Promise<boolean> {
  if (!host.elevated || host.os === "windows") return false;
  const program = processes.which(host.os === "darwin" ? "chflags" : "chattr", PATH);
  const find = processes.which("find", PATH);
  if (program === null || find === null) return false;
  const flag = host.os === "darwin" ? (on ? "uchg" : "nouchg") : (on ? "+i" : "-i");
  let marked = true;
  for (let from = 0; from < objects.length; from += BATCH) {
    const paths = objects.slice(from, from + BATCH).map((object) =>
      objectPath(layoutOf(root), object)
    );
    // Links have no marks, and both programs count that as a failure.
    const argv = [find, ...paths, "!", "-type", "l", "-exec", program, flag, "{}", "+"];
    const { code } = await processes.run({ argv, env: { PATH } });
    if (code !== 0) marked = false;
  }
  return marked;
}
