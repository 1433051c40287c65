/** Takes the machine and a Manifest, gives whose activations are applied, and where. */
import type { Scope } from "../activation/scope.ts";
import type { Machine } from "./open.ts";
import type { Manifest } from "../manifest/types.ts";
import { accountsOf } from "../platform/accounts.ts";
import { SysError } from "../errors.ts";

/** A user applies the top level and the own block; root also the blocks of others, each in its user's home. */
export function scopesOf({ system, root, places }: Machine, manifest: Manifest): Scope[] {
  const { host } = system;
  const own: Scope = { user: host.username, topLevel: true, home: places.home, root };
  if (!host.elevated || host.os === "windows") return [own];
  return [
    own,
    ...othersIn(manifest, host.username).map((user): Scope => {
      const found = accountsOf(system).user(user);
      if (found === null) {
        const place = manifest.activations.find((one) => one.user === user)?.place;
        throw new SysError("config", `Cannot apply the block of ${user}: there is no such user`, {
          ...(place ? { place } : {}),
          hint: "`ctx.ensure_user` makes one; apply that first",
        });
      }
      const { uid, gid, home } = found;
      return { user, topLevel: false, home, root: `${root}/users/${user}`, owner: { uid, gid } };
    }),
  ];
}

/** Users with blocks of their own, other than who runs the program. */
export function othersIn(manifest: Manifest, username: string): string[] {
  const users = manifest.activations.filter(({ project }) => project === null)
    .flatMap(({ user }) => user === null || user === username ? [] : [user]);
  return [...new Set(users)].sort();
}
