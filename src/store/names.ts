/** Names of objects, and where things lie in a store. */
import { SysError } from "../errors.ts";

/** `<name>-<version>-<hash>`: the last path part of an object. The hash is 32 characters of Nix's base32. */
export type ObjectName = string & { readonly __brand: "ObjectName" };

const OBJECT_NAME = /^[A-Za-z0-9+._?=-]+-[0-9a-df-np-sv-z]{32}$/;

/** Makes a name from its parts. Characters that a name may not have become `-`. */
export function objectName(name: string, version: string | null, hash: string): ObjectName {
  const stem = `${name}${version === null || version === "" ? "" : `-${version}`}`
    .replace(/[^A-Za-z0-9+._?=-]/g, "-").replace(/^\.+/, "").slice(0, 160) || "unnamed";
  return `${stem}-${hash}` as ObjectName;
}

/** Reads a name. @throws SysError of kind "store" when it is none */
export function parseObjectName(text: string): ObjectName {
  if (!OBJECT_NAME.test(text) || text.startsWith(".")) {
    throw new SysError("store", `Cannot read "${text}" as the name of a store object`, {
      hint: "names look like ripgrep-15.1.0-<32 characters>; `sys store ls` lists them",
    });
  }
  return text as ObjectName;
}

/** Whether a text is the name of an object. */
export function isObjectName(text: string): text is ObjectName {
  return OBJECT_NAME.test(text) && !text.startsWith(".");
}

/** The 32 characters at its end. */
export function hashPart(name: ObjectName): string {
  return name.slice(-32);
}
