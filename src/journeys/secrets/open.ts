/** Takes the name of a file of secrets, gives it open. */
import { SysError } from "../../errors.ts";
import { naming } from "../../secrets/bad_file.ts";
import { dataKeyOf, foreignTypes } from "../../secrets/data_key.ts";
import { type Kind, kindOf } from "../../secrets/formats/kinds.ts";
import { findIdentities, type Found } from "../../secrets/identities.ts";
import { decryptFile, metadataOf, type SecretFile } from "../../secrets/secret_file.ts";
import { decryptBySops } from "../../secrets/sops_program.ts";
import type { Branch } from "../../secrets/tree.ts";
import { FsError, type ReadFs, type System } from "../../system/mod.ts";
import { namedPath } from "../../system/named_path.ts";

/** A file as it lies there. */
export interface SecretBytes {
  readonly path: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

export interface Opened extends SecretBytes {
  readonly file: SecretFile;
}

type World = Pick<System, "fs" | "host" | "processes">;

/** @throws SysError where it can't be read */
export function readSecretFile(
  { fs, host }: Pick<System, "fs" | "host">,
  named: string,
): SecretBytes {
  const path = namedPath(host, named);
  try {
    return { path, kind: kindOf(path), bytes: fs.readFile(path) };
  } catch (thrown) {
    if (!(thrown instanceof FsError) || thrown.code !== "ENOENT") throw thrown;
    throw new SysError("config", `Cannot read ${path}: it does not exist`, {
      hint: "`sys secrets edit` makes a new one",
    });
  }
}

/** Opens a file to change it.
 * @throws SysError where none of the age keys opens it */
export async function openSecrets(world: World, named: string): Promise<Opened> {
  const { path, kind, bytes } = readSecretFile(world, named);
  refuseLink(world.fs, path);
  const found = await findIdentities(world);
  const file = await naming("open", path, async () => {
    const metadata = await metadataOf(bytes, kind);
    try {
      await dataKeyOf(metadata, found.identities);
    } catch (thrown) {
      throw closed(thrown, foreignTypes(metadata), found);
    }
    return await decryptFile(bytes, kind, found.identities);
  });
  return { path, kind, bytes, file };
}

/** What a file holds; where only keys of other kinds open it, sops does. */
export async function readSecrets(
  world: World,
  named: string,
  signal: AbortSignal,
): Promise<SecretBytes & { readonly tree: Branch }> {
  const { path, kind, bytes } = readSecretFile(world, named);
  const found = await findIdentities(world);
  const tree = await naming("open", path, async () => {
    const metadata = await metadataOf(bytes, kind);
    const types = foreignTypes(metadata);
    try {
      await dataKeyOf(metadata, found.identities);
    } catch (thrown) {
      if (types.length === 0) throw closed(thrown, types, found);
      return await decryptBySops(world, path, { kind, types, signal });
    }
    return (await decryptFile(bytes, kind, found.identities)).tree;
  });
  return { path, kind, bytes, tree };
}

/** A link is not followed to what somebody else may have in mind.
 * @throws SysError where there is one */
export function refuseLink(fs: ReadFs, path: string): void {
  if (fs.lstat(path)?.kind !== "link") return;
  throw new SysError("config", `Cannot change ${path}: it is a link to ${fs.readLink(path)}`, {
    hint: "name the file that is meant",
  });
}

/** What is said where no key opens a file: also which keys could not be used, and who else could change it. */
function closed(thrown: unknown, types: readonly string[], { unused }: Found): unknown {
  if (!(thrown instanceof SysError)) return thrown;
  const { message, hint } = thrown;
  return new SysError("config", message, {
    hint: types.length === 0
      ? hint
      : `it has keys of other kinds (${types.join(", ")}): the program sops can change it`,
    notes: unused,
  });
}
