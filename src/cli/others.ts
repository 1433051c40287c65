/** Mentions what a config declares for other users, which is not applied. */
import type { Manifest } from "../manifest/types.ts";
import { othersIn } from "../machine/scopes.ts";
import type { Session } from "./session.ts";

/** Says it once, for people who are not root. */
export function sayOthers(session: Session, manifest: Manifest): void {
  const { host } = session.system;
  if (host.elevated) return;
  const others = othersIn(manifest, host.username);
  if (others.length === 0) return;
  session.say(`not applied here: the blocks of ${others.join(", ")} (root applies them)`);
}
