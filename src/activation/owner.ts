/** Takes `user` or `user:group`, gives the numbers. */
import { type Place, SysError } from "../errors.ts";
import type { Owner } from "../plan/types.ts";
import { findGroup, findUser } from "../platform/settings/accounts.ts";
import type { ReadFs } from "../system/fs.ts";
import type { System } from "../system/mod.ts";

/** Looks an owner up. @throws SysError of kind "activation" when there is none, or only root could give it */
export function ownerNamed(
  { fs, host }: Pick<System, "fs" | "host">,
  owner: string,
  place: Place,
): Owner & { readonly home: string } {
  const [name, group] = owner.split(":");
  const user = findUser(read(fs, "/etc/passwd"), name);
  if (user === null) {
    throw new SysError("activation", `Cannot give a file to ${name}: there is no such user`, {
      place,
    });
  }
  const gid = group === undefined ? user.gid : findGroup(read(fs, "/etc/group"), group);
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

function read(fs: ReadFs, path: string): string {
  return fs.lstat(path) === null ? "" : new TextDecoder().decode(fs.readFile(path));
}
