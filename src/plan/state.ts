/** Takes two states of a path, says whether they are the same; and puts a state in words. */
import type { PathState } from "./types.ts";

/** Nothing is there. */
export const ABSENT: PathState = { kind: "absent" };

/** Whether two states are the same to a person: where a file's content is kept does not count, nor does the
 * mode of a folder, which is the user's own business. */
export function sameState(a: PathState, b: PathState): boolean {
  switch (a.kind) {
    case "absent":
    case "dir":
      return b.kind === a.kind;
    case "link":
      return b.kind === "link" && a.to === b.to;
    case "file":
      return b.kind === "file" && a.digest === b.digest && a.mode === b.mode &&
        (a.owner === undefined || b.owner === undefined ||
          (a.owner.uid === b.owner.uid && a.owner.gid === b.owner.gid));
    case "other":
      return false;
  }
}

/** A state in a few words: `a link to /etc/hosts`, `a file (mode 644)`, `nothing`. */
export function describeState(state: PathState): string {
  switch (state.kind) {
    case "absent":
      return "nothing";
    case "link":
      return `a link to ${state.to}`;
    case "file":
      return `a file (mode ${state.mode.toString(8)}, sha256 ${state.digest.slice(0, 12)}…)`;
    case "dir":
      return "a folder";
    case "other":
      return "neither a file, a folder nor a link";
  }
}
