/** Mentions what a config declares for other users, which is not applied. */
import { blocksOfOthers } from "../journeys/others.ts";
import type { Machine } from "../journeys/open.ts";
import type { Manifest } from "../manifest/types.ts";
import type { Session } from "./session.ts";

/** Says it once, for people who are not root. */
export function sayOthers(session: Session, machine: Machine, manifest: Manifest): void {
  const others = blocksOfOthers(machine, manifest);
  if (others.length === 0) return;
  session.say(`not applied here: the blocks of ${others.join(", ")} (root applies them)`);
}
