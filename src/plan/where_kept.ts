/** Takes what was there before sys.lua, says in a few words where that is kept. */
import type { PathState } from "./types.ts";

/** Where the original of something that stays is to be found. */
export function whereKept(original: PathState): string {
  if (original.kind === "absent" || original.kind === "other") return "";
  if (original.kept?.number !== undefined) {
    return `; what was there before sys.lua is original ${original.kept.number}`;
  }
  if (original.kind === "link") return `; before sys.lua it was a link to ${original.to}`;
  return original.kind === "file" && original.content !== undefined
    ? `; what was there before sys.lua lies in ${original.content}`
    : "";
}
