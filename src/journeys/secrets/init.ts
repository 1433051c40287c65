/** Gives who runs the command a key of age, and the folder a `.sops.yaml`, where they are not there yet. */
import { dirname, join } from "node:path/posix";
import { SysError } from "../../errors.ts";
import { newIdentity, recipientIn } from "../../secrets/age.ts";
import { findIdentities, ownKeyFile } from "../../secrets/identities.ts";
import { RULES_FILE, rulesFileFor, rulesText } from "../../secrets/rules.ts";
import type { System } from "../../system/mod.ts";
import { makeLastingFolders } from "../../system/folders.ts";
import { namedPath } from "../../system/named_path.ts";
import { timeNow } from "./set.ts";
import { writeSecretFile } from "./write.ts";

/** What is there now. */
export interface Initialized {
  /** Own recipient, and the file with its key where it was made. */
  readonly recipient: string;
  readonly keyFile: string | null;
  readonly rules: string;
  /** False where rules were there already. */
  readonly rulesMade: boolean;
  readonly recipients: readonly string[];
}

/** @param others further recipients of what will be made here */
export async function initSecrets(
  system: System,
  folder: string | undefined,
  others: readonly string[],
): Promise<Initialized> {
  const { fs, host } = system;
  const rules = join(namedPath(host, folder ?? "."), RULES_FILE);
  if (fs.lstat(dirname(rules))?.kind !== "dir") {
    throw new SysError("usage", `Cannot make ${rules}: its folder does not exist`);
  }
  const known = await Promise.all(others.map(recipient));
  const existing = rulesFileFor(fs, rules);
  const { identities: [own] } = await findIdentities(system, false);
  const made = own === undefined ? await makeKey(system) : null;
  const recipients = [...new Set([made?.recipient ?? own.recipient, ...known])];
  if (existing === null) {
    const after = new TextEncoder().encode(rulesText(recipients));
    await writeSecretFile(system, { path: rules, before: null, after });
  }
  return {
    recipient: recipients[0],
    keyFile: made?.path ?? null,
    rules: existing ?? rules,
    rulesMade: existing === null,
    recipients,
  };
}

async function recipient(named: string): Promise<string> {
  try {
    return await recipientIn(named);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    throw new SysError("usage", `Cannot use a recipient: ${thrown.message}`, { hint: thrown.hint });
  }
}

async function makeKey(
  system: System,
): Promise<{ readonly path: string; readonly recipient: string }> {
  const path = ownKeyFile(system);
  if (system.fs.lstat(path) !== null) {
    throw new SysError(
      "config",
      `Cannot make a key: ${path} is there, and has none that sys can use`,
    );
  }
  const { secret, recipient } = await newIdentity();
  const text = `# created: ${timeNow(system.clock)}\n# public key: ${recipient}\n${secret}\n`;
  makeLastingFolders(system.fs, dirname(path), 0o700);
  const after = new TextEncoder().encode(text);
  await writeSecretFile(system, { path, before: null, after, mode: 0o600 });
  return { path, recipient };
}
