/** Gives the recipient of this machine: the public half of its SSH host key, whose private half only root can read. */
import { SysError } from "../../errors.ts";
import { naming } from "../../secrets/bad_file.ts";
import { HOST_KEY } from "../../secrets/identities.ts";
import { sshPublicKey } from "../../secrets/ssh_key.ts";
import type { System } from "../../system/mod.ts";

export interface HostRecipient {
  readonly path: string;
  readonly recipient: string;
}

/** @throws SysError where the machine has no such key */
export async function hostRecipient({ fs }: Pick<System, "fs">): Promise<HostRecipient> {
  const path = `${HOST_KEY}.pub`;
  if (fs.lstat(path) === null) {
    throw new SysError(
      "config",
      `Cannot read ${path}: this machine has no SSH host key of that kind`,
      {
        hint: "`ssh-keygen -A` (as root) makes one; it comes with the SSH server",
      },
    );
  }
  const text = new TextDecoder().decode(fs.readFile(path));
  return { path, recipient: await naming("use", path, () => sshPublicKey(text).line) };
}
