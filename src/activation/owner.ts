/** Takes `user` or `user:group`, gives the numbers. */
import { type Place, SysError } from "../errors.ts";
import type { Owner } from "../plan/types.ts";
import { accountsOf } from "../platform/accounts.ts";
import type { System } from "../system/mod.ts";

/** Looks an owner up. @throws SysError of kind "activation" when there is none, or only root could give it */
export function ownerNamed(
  system: Pick<System, "fs" | "host">,
  owner: string,
  place: Place,
): Owner & { readonly home: string } {
  const [name, group] = owner.split(":");
  const { host } = system, accounts = accountsOf(system);
  const user = accounts.user(name);
  if (host.os === "windows") {
    throw new SysError(
      "activation",
      `Cannot give a file to ${name}: on Windows sys gives none away`,
      {
        place,
        hint: "leave `owner` out where `syslua.is_windows`",
      },
    );
  }
  if (user === null) {
    throw new SysError("activation", `Cannot give a file to ${name}: there is no such user`, {
      place,
    });
  }
  const gid = group === undefined ? user.gid : accounts.group(group)?.gid ?? null;
  if (gid === null) {
    throw new SysError("activation", `Cannot give a file to ${group}: there is no such group`, {
      place,
    });
  }
  if (!host.elevated && user.uid !== host.uid) {
    throw new SysError("activation", `Cannot give a file to ${name}: only root can`, { place });
  }
  return { uid: user.uid, gid, home: user.home };
}
