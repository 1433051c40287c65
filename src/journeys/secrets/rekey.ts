/** Takes files of secrets, encrypts each for those whom `.sops.yaml` names now. */
import { naming } from "../../secrets/bad_file.ts";

import { type Audience, foreignTypes } from "../../secrets/data_key.ts";
import { type Metadata, nameOf } from "../../secrets/metadata.ts";
import { encryptFor } from "../../secrets/secret_file.ts";
import type { System } from "../../system/mod.ts";
import { openSecrets } from "./open.ts";
import { timeNow, usableRule } from "./set.ts";
import { writeSecretFile } from "./write.ts";

/** What was done to a file. */
export interface Rekeyed {
  readonly path: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Whether the order of groups or how many are needed was changed too, or alone. */
  readonly changed: boolean;
}

/** All files are looked at, and can be opened, before the first one is written. */
export async function rekeySecrets(system: System, names: readonly string[]): Promise<Rekeyed[]> {
  const time = timeNow(system.clock);
  const plans = [];
  for (const named of names) {
    const { path, bytes, file } = await openSecrets(system, named);
    const rule = await usableRule(system.fs, path);
    const rekeyed = difference(path, file.metadata, rule);
    const after = rekeyed.changed
      ? await naming(
        "encrypt",
        path,
        () => encryptFor(file, rule, { renew: rekeyed.removed.length > 0, time }),
      )
      : null;
    plans.push({ rekeyed, before: bytes, after });
  }
  for (const { rekeyed: { path }, before, after } of plans) {
    if (after !== null) await writeSecretFile(system, { path, before, after });
  }
  return plans.map(({ rekeyed }) => rekeyed);
}

function difference(path: string, metadata: Metadata, { groups, threshold }: Audience): Rekeyed {
  const former = metadata.groups.map((group) => group.map(nameOf));
  const [before, after] = [former, groups].map((all) => new Set(all.flat()));
  const same = JSON.stringify(former.map(sorted)) === JSON.stringify(groups.map(sorted)) &&
    (groups.length === 1 || metadata.threshold === threshold) &&
    foreignTypes(metadata).length === 0;
  return {
    path,
    added: [...after].filter((one) => !before.has(one)),
    removed: [...before].filter((one) => !after.has(one)),
    changed: !same,
  };
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}
