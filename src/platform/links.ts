/** What stands in for a link where links need a privilege that the user has not: Windows without Developer Mode.
 * Folders can still be linked there (as junctions), files cannot. What was chosen is in the state of the path itself, so
 * nothing else has to remember it. */
import { join } from "node:path/posix";
import { FsError, type System } from "../system/mod.ts";

/** What can be linked. */
export type LinkSupport = "everything" | "folders";

/** What a wanted link becomes. */
export type LinkForm = "link" | "copy" | "refused";

/** Chooses. A copy of what the user goes on editing elsewhere would not follow it: that is refused. Pure. */
export function formOfLink(
  power: LinkSupport,
  leadsTo: "file" | "folder" | "nothing",
  live: boolean,
): LinkForm {
  if (power === "everything" || leadsTo === "folder") return "link";
  if (leadsTo === "nothing") return "refused";
  return live ? "refused" : "copy";
}

/** Finds out what can be linked here. Only Windows has to try. */
export function linkSupport(
  { fs, host }: Pick<System, "fs" | "host">,
  temporary: string,
): LinkSupport {
  if (host.os !== "windows") return "everything";
  const target = join(temporary, `syslua-link-${host.pid}`), link = `${target}-link`;
  try {
    fs.create(target, 0o600).close();
    fs.symlink(target, link);
    fs.remove(link);
    return "everything";
  } catch (thrown) {
    if (thrown instanceof FsError) return "folders";
    throw thrown;
  } finally {
    if (fs.lstat(target) !== null) fs.remove(target);
  }
}
