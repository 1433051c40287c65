/** Takes a file of secrets, gives for whom it is encrypted. No key is needed for that. */
import { naming } from "../../secrets/bad_file.ts";
import { findIdentities } from "../../secrets/identities.ts";
import { nameOf } from "../../secrets/metadata.ts";
import { metadataOf } from "../../secrets/secret_file.ts";
import type { System } from "../../system/mod.ts";
import { readSecretFile } from "./open.ts";

/** One key of a file. */
export interface RecipientOf {
  /** From 1. */
  readonly group: number;
  readonly type: string;
  readonly name: string;
  /** Whether who runs the command has it. */
  readonly own: boolean;
}

export interface RecipientList {
  readonly path: string;
  readonly recipients: readonly RecipientOf[];
  readonly groups: number;
  /** How many groups open the file. */
  readonly threshold: number;
}

export async function listRecipients(
  world: Pick<System, "fs" | "host">,
  named: string,
): Promise<RecipientList> {
  const { path, kind, bytes } = readSecretFile(world, named);
  const { groups, threshold } = await naming("read", path, () => metadataOf(bytes, kind));
  const { identities } = await findIdentities(world);
  const own = new Set(identities.map(({ recipient }) => recipient));
  const recipients = groups.flatMap((group, n) =>
    group.map((key) => ({
      group: n + 1,
      type: key.type,
      name: nameOf(key),
      own: own.has(nameOf(key)),
    }))
  );
  return { path, recipients, groups: groups.length, threshold };
}
