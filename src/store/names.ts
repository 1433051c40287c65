/** Names of objects: how they are made, read, and found in texts. */
import { SysError } from "../errors.ts";

/** `<name>-<version>-<hash>`: the last path part of an object. The hash is 32 characters of Nix's base32. */
export type ObjectName = string & { readonly __brand: "ObjectName" };

/** The one grammar of names. A name never starts with a dot: what does is on its way into the store or out of it. */
const GRAMMAR = "(?!\\.)[A-Za-z0-9+._?=-]+-[0-9a-df-np-sv-z]{32}";
const WHOLE = new RegExp(`^${GRAMMAR}$`);
/** Between parts of a path, as any system writes it, also in a quoted text: `/`, `\`, `\\`. */
const SLASH = "(?:/|\\\\{1,2})";
/** A path of an object, or of something in one, in the store of any root. */
const PATH = new RegExp(
  `${SLASH}store${SLASH}obj${SLASH}(${GRAMMAR})(?![0-9A-Za-z])`,
  "g",
);
const START = new RegExp(`^${GRAMMAR}(?![0-9A-Za-z])`);

/** Longest stem of a name: with a hash it has to fit into what file systems take. */
const MOST_CHARACTERS = 160;

/** Most characters of a name. */
export const LONGEST_NAME = MOST_CHARACTERS + 33;

/** What Windows takes for a device, whatever follows the dot. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.)/i;

/** Makes a name from its parts, the same on every system. Characters that a name may not have become `-`. */
export function objectName(name: string, version: string | null, hash: string): ObjectName {
  const stem = `${name}${version === null || version === "" ? "" : `-${version}`}`
    .replace(/[^A-Za-z0-9+._?=-]/g, "-").replace(/^\.+/, "").replace(DEVICE, "$1-")
    .slice(0, MOST_CHARACTERS) || "unnamed";
  return `${stem}-${hash}` as ObjectName;
}

/** Reads a name. @throws SysError of kind "store" when it is none */
export function parseObjectName(text: string): ObjectName {
  if (isObjectName(text)) return text;
  throw new SysError("store", `Cannot read "${text}" as the name of a store object`, {
    hint: "names look like ripgrep-15.1.0-<32 characters>; `sys store ls` lists them",
  });
}

/** Whether a text is the name of an object. */
export function isObjectName(text: string): text is ObjectName {
  return WHOLE.test(text);
}

/** The objects that texts name by their paths, each once, sorted. */
export function objectsIn(texts: Iterable<string>): ObjectName[] {
  const found = new Set<string>();
  for (const text of texts) {
    for (const [, name] of text.matchAll(PATH)) found.add(name);
  }
  return [...found].sort() as ObjectName[];
}

/** The object at whose name a text starts; null when it starts with none. */
export function objectAtStart(text: string): ObjectName | null {
  return START.exec(text)?.[0] as ObjectName | undefined ?? null;
}

/** What its own hash counts as while an object is hashed. */
export const ZEROES = "0".repeat(32);

/** `<name>-<version>`: all but the hash. */
export function stemOf(name: ObjectName): string {
  return name.slice(0, -33);
}

/** Objects by their hash parts; several where equal content has several names. */
export function byHashPart(objects: Iterable<ObjectName>): Map<string, ObjectName[]> {
  const found = new Map<string, ObjectName[]>();
  for (const object of objects) {
    const known = found.get(hashPart(object));
    if (known === undefined) found.set(hashPart(object), [object]);
    else if (!known.includes(object)) known.push(object);
  }
  return found;
}

/** The 32 characters at its end. */
export function hashPart(name: ObjectName): string {
  return name.slice(-32);
}
