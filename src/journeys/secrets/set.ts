/** Takes a file of secrets, a way into it and a value, gives the file with the value there. */
import { SysError } from "../../errors.ts";
import { type Address, addressIn, nodeAt, withValue } from "../../secrets/address.ts";
import { naming } from "../../secrets/bad_file.ts";
import { isEncrypted } from "../../secrets/cipher.ts";
import { formatOf, type Kind, kindOf } from "../../secrets/formats/kinds.ts";
import { decimalOf, decimalText, wholeText } from "../../secrets/numbers.ts";
import { type Rule, ruleFor } from "../../secrets/rules.ts";
import { encryptAgain, encryptNew } from "../../secrets/secret_file.ts";
import { branch, type Leaf, leaf, textOf } from "../../secrets/tree.ts";
import type { System } from "../../system/mod.ts";
import { namedPath } from "../../system/named_path.ts";
import { openSecrets } from "./open.ts";
import { writeSecretFile } from "./write.ts";

/** What a value is to be. */
export type ValueType = "str" | "int" | "float" | "bool";

export interface Setting {
  readonly named: string;
  readonly way: string;
  readonly value: Uint8Array;
  readonly type: ValueType;
}

/** Whether the file is new, and whether it was changed at all. */
export interface Written {
  readonly path: string;
  readonly made: boolean;
  readonly changed: boolean;
}

/** What was set, and whether the file's rule leaves it in clear. */
export interface Set extends Written {
  readonly clear: boolean;
}

/** Sets a value. A file that is not there is made, for whom `.sops.yaml` says. */
export async function setSecret(system: System, setting: Setting): Promise<Set> {
  const { fs, host, clock } = system;
  const address = addressIn(setting.way);
  const value = valueFrom(setting);
  const path = namedPath(host, setting.named);
  const time = timeNow(clock);
  if (fs.lstat(path) === null) {
    const rule = await usableRule(fs, path);
    const after = await naming("make", path, () => {
      const kind = kindOf(path);
      return encryptNew(kind, withValue(branch([]), address, value), rule, time);
    });
    await writeSecretFile(system, { path, before: null, after });
    return { path, made: true, changed: true, clear: await isClear(after, kindOf(path), address) };
  }
  const { file, bytes } = await openSecrets(system, setting.named);
  const tree = await naming("change", path, () => withValue(file.tree, address, value));
  if (sameTree(tree, file.tree)) {
    return { path, made: false, changed: false, clear: await isClear(bytes, file.kind, address) };
  }
  const after = await naming("change", path, () => encryptAgain(file, tree, time));
  await writeSecretFile(system, { path, before: bytes, after });
  return { path, made: false, changed: true, clear: await isClear(after, file.kind, address) };
}

/** Whether a value can be read in an encrypted file. */
async function isClear(file: Uint8Array, kind: Kind, address: Address): Promise<boolean> {
  const value = nodeAt((await formatOf(kind)).parseSealed(file), address);
  return value.kind === "leaf" && value.bytes.length > 0 && !isEncrypted(textOf(value) ?? "");
}

/** The rule for a file, where sys can encrypt for all that it names. */
export async function usableRule(fs: System["fs"], path: string): Promise<Rule> {
  const rule = await naming("encrypt", path, () => ruleFor(fs, path));
  if (rule.foreign.length === 0) return rule;
  throw new SysError(
    "config",
    `Cannot encrypt ${path}: its rule names keys of kinds that only sops can encrypt for (${
      rule.foreign.join(", ")
    })`,
    { hint: "the program sops can: `sops edit`, `sops updatekeys`" },
  );
}

/** As files have it: RFC 3339, whole seconds. */
export function timeNow(clock: Pick<System["clock"], "now">): string {
  return `${clock.now().toISOString().slice(0, 19)}Z`;
}

/** Whether two trees hold the same; of bytes, each counts. */
export function sameTree(one: unknown, other: unknown): boolean {
  return comparable(one) === comparable(other);
}

function comparable(tree: unknown): string {
  return JSON.stringify(tree, (_key, value) => value instanceof Uint8Array ? [...value] : value);
}

/** @throws SysError without the value in it */
function valueFrom({ value, type, way }: Setting): Leaf {
  if (type === "str") return leaf("str", value);
  const text = new TextDecoder().decode(value).trim();
  const whole = /^[-+]?\d+$/.test(text) ? wholeText(BigInt(text.replace("+", ""))) : null;
  if (type === "int" && whole !== null) return leaf("int", whole);
  const decimal = decimalOf(text);
  if (type === "float" && decimal !== null) return leaf("float", decimalText(decimal));
  if (type === "bool" && /^(true|false)$/i.test(text)) {
    return leaf("bool", text.toLowerCase() === "true" ? "True" : "False");
  }
  throw new SysError("usage", `Cannot set ${way}: what was given is no ${type}`);
}
