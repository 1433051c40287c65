/** Formats of files of secrets: text on one side, a tree on the other. */
import { basename, extname } from "node:path/posix";
import type { Metadata } from "../metadata.ts";
import type { Branch } from "../tree.ts";
import { binary } from "./binary.ts";
import { dotenv } from "./dotenv.ts";
import { ini } from "./ini.ts";
import { json } from "./json.ts";
import { yaml } from "./yaml.ts";

/** As sops names them. */
export type Kind = "yaml" | "json" | "dotenv" | "ini" | "binary";

export interface Format {
  /** @throws SysError with the line, and nothing of what the text holds */
  parse(text: Uint8Array): Branch;
  /** @throws SysError where the format can't hold a value */
  emit(tree: Branch): Uint8Array;
  /** The same for a file that is encrypted, with its metadata in it. */
  parseSealed(text: Uint8Array): Branch;
  emitSealed(tree: Branch): Uint8Array;
  /** Takes the metadata out of a tree.
   * @throws SysError where there are none */
  split(tree: Branch): { readonly tree: Branch; readonly metadata: Metadata };
  /** Puts them into it.
   * @throws SysError where something else has their place */
  join(tree: Branch, metadata: Metadata): Branch;
}

const FORMATS: Readonly<Record<Kind, Format>> = { yaml, json, dotenv, ini, binary };

const BY_ENDING: Readonly<Record<string, Kind>> = {
  ".yaml": "yaml",
  ".yml": "yaml",
  ".json": "json",
  ".env": "dotenv",
  ".ini": "ini",
};

export function formatOf(kind: Kind): Format {
  return FORMATS[kind];
}

/** What a file is, by the end of its name. */
export function kindOf(path: string): Kind {
  const name = basename(path);
  return BY_ENDING[name.startsWith(".") && extname(name) === "" ? name : extname(name)] ?? "binary";
}
