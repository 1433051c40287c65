/** What stands in for a link where links need a privilege that the user has not: Windows without Developer Mode.
 * Folders can still be linked there (as junctions), files cannot. What was chosen is in the state of the path itself, so
 * nothing else has to remember it. */
import type { System } from "../system/mod.ts";

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

/** What can be linked here: the same for who only looks and for who changes something. */
export function linkSupport({ fs }: Pick<System, "fs">): LinkSupport {
  return fs.canLinkFiles() ? "everything" : "folders";
}
