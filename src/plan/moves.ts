/** Takes paths on their way from one state to another, gives the steps in the order in which they can be done. */
import { sameState } from "./state.ts";
import type { PathState, Step, WantedPath } from "./types.ts";

/** A path on its way from one state to another. */
export interface Move {
  readonly path: string;
  readonly before: PathState;
  readonly after: PathState;
  readonly owner?: WantedPath["owner"];
  readonly by: string;
  /** Folders are made before all else; then the profile, files, and the env scripts. */
  readonly rank: number;
}

const RANKS: Partial<Record<WantedPath["role"], number>> = { profile: 1, shell: 3 };
const FILE = 2;

/** The rank of folders. */
export const FOLDER = 0;

/** The rank of what has a role. */
export function rankOf({ role }: Pick<WantedPath, "role">): number {
  return RANKS[role] ?? FILE;
}

/** What goes, the deepest first; then folders, the highest first; then the rest. */
export function stepsOf(all: Iterable<Move>): Step[] {
  const moves = [...all].filter(({ before, after }) => !sameState(before, after));
  const byPath = (a: Move, b: Move) => (a.path < b.path ? -1 : 1);
  const gone = moves.filter(({ after }) => after.kind === "absent").sort((a, b) => byPath(b, a));
  const rest = moves.filter(({ after }) => after.kind !== "absent")
    .sort((a, b) => a.rank - b.rank || byPath(a, b));
  return [...gone, ...rest].map(({ path, before, after, owner, by }) => ({
    kind: "path",
    path,
    before,
    after,
    ...(owner ? { owner } : {}),
    by,
  }));
}
