/** Takes a Manifest, gives whose blocks are not applied by the user who runs the program. */
import { othersIn } from "../machine/scopes.ts";
import type { Machine } from "../machine/open.ts";
import type { Manifest } from "../manifest/types.ts";

/** Names of users, sorted; none for root, who applies them all. */
export function blocksOfOthers(
  { system: { host } }: Pick<Machine, "system">,
  manifest: Manifest,
): string[] {
  return host.elevated ? [] : othersIn(manifest, host.username);
}
