/** `.sops.yaml`: for whom new files are encrypted, by their paths. */
import { dirname, join, relative } from "node:path/posix";
import type { ReadFs } from "../system/mod.ts";
import { recipientIn } from "./age.ts";
import { badFile, naming } from "./bad_file.ts";
import type { Sealer } from "./secret_file.ts";
import { DEFAULT_SELECTION, goExpression, RULES, type Selection } from "./selection.ts";

export const RULES_FILE = ".sops.yaml";

/** What a rule says. */
export interface Rule extends Sealer {
  /** Kinds of keys in it that sys can't encrypt for. */
  readonly foreign: readonly string[];
}

/** Keys that only sops can encrypt for, by what rules and groups call them. */
const FOREIGN = [
  "kms",
  "gcp_kms",
  "hckms",
  "azure_keyvault",
  "hc_vault",
  "hc_vault_transit_uri",
  "pgp",
];

/** The nearest `.sops.yaml` in the folder of a file or above it; null where there is none. */
export function rulesFileFor(fs: ReadFs, path: string): string | null {
  for (let folder = dirname(path);; folder = dirname(folder)) {
    const candidate = join(folder, RULES_FILE);
    if (fs.lstat(candidate) !== null) return candidate;
    if (folder === dirname(folder)) return null;
  }
}

/**
 * The rule for a file.
 * @throws SysError where there is none
 */
export async function ruleFor(fs: ReadFs, path: string): Promise<Rule> {
  const file = rulesFileFor(fs, path);
  if (file === null) {
    throw badFile(
      `no ${RULES_FILE} in its folder or above says for whom it is encrypted`,
      "`sys secrets init` makes one",
    );
  }
  return await naming("use", file, () => ruleIn(fs.readFile(file), relative(dirname(file), path)));
}

type Fields = Readonly<Record<string, unknown>>;

/** The first rule that fits a path, which is relative to the rules. */
export async function ruleIn(bytes: Uint8Array, path: string): Promise<Rule> {
  const rules = listIn(fieldsOf(await parsed(bytes)).creation_rules, "creation_rules").map(
    fieldsOf,
  );
  const found = rules.find(({ path_regex: expression }) =>
    expression === undefined || expression === "" || goExpression(String(expression)).test(path)
  );
  if (found === undefined) throw badFile(`none of its creation_rules is for ${path}`);
  return await ruleFrom(found);
}

async function parsed(bytes: Uint8Array): Promise<unknown> {
  const { parse } = await import("yaml");
  try {
    return parse(new TextDecoder().decode(bytes), { merge: true, prettyErrors: false });
  } catch {
    throw badFile("it is no YAML");
  }
}

async function ruleFrom(fields: Fields): Promise<Rule> {
  const groups = fields.key_groups === undefined
    ? [fields]
    : listIn(fields.key_groups, "key_groups").map(fieldsOf);
  const recipients = await Promise.all(
    groups.map(async (group) => [...new Set(await recipientsIn(group))]),
  );
  const foreign = [...new Set(groups.flatMap(foreignIn))];
  if (foreign.length === 0 && recipients.some((group) => group.length === 0)) {
    throw badFile("a rule, or a group of keys, names nobody", "have recipients below `age`");
  }
  const threshold = Number(fields.shamir_threshold ?? 0);
  if (!Number.isInteger(threshold) || threshold < 0 || threshold > groups.length) {
    throw badFile("shamir_threshold is more than there are key groups, or no number");
  }
  return {
    groups: recipients,
    threshold: threshold === 0 ? groups.length : threshold,
    foreign,
    selection: selectionIn(fields),
    macOnlyEncrypted: fields.mac_only_encrypted === true,
  };
}

function selectionIn(fields: Fields): Selection {
  const named = RULES.filter((rule) => fields[rule]);
  if (named.length > 1) throw badFile(`a rule has both ${named[0]} and ${named[1]}`);
  return named.length === 0
    ? DEFAULT_SELECTION
    : { rule: named[0], pattern: String(fields[named[0]]) };
}

async function recipientsIn({ age, merge }: Fields): Promise<string[]> {
  const named = typeof age === "string" ? [age] : age === undefined ? [] : listIn(age, "age");
  const own = named.flatMap((one) => String(one).split(",")).map((one) => one.trim())
    .filter((one) => one !== "");
  const merged = merge === undefined ? [] : listIn(merge, "merge").map(fieldsOf);
  const all = await Promise.all([...merged.map(recipientsIn), ...own.map(recipientIn)]);
  return all.flat();
}

function foreignIn(fields: Fields): string[] {
  const merged = fields.merge === undefined ? [] : listIn(fields.merge, "merge").map(fieldsOf);
  const own = FOREIGN.filter((name) => {
    const keys = fields[name];
    return Array.isArray(keys) ? keys.length > 0 : Boolean(keys);
  });
  return [...merged.flatMap(foreignIn), ...own];
}

function fieldsOf(value: unknown): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw badFile("it has a value where a map should be");
}

function listIn(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badFile(value === undefined ? `it has no ${name}` : `${name} is no list`);
}

/** The text of a new file of rules, in a form that every version of sops reads. */
export function rulesText(recipients: readonly string[]): string {
  const lines = recipients.map((one, n) => `      ${one}${n < recipients.length - 1 ? "," : ""}`);
  return "# Files of secrets in this folder and below are encrypted for these.\n" +
    "# After a change: sys secrets rekey FILE…\n" +
    `creation_rules:\n  - age: >-\n${lines.join("\n")}\n`;
}
