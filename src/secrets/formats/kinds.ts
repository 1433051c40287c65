/** Kinds of files of secrets, by the ends of their names. */
import { basename, extname } from "node:path/posix";
import { binary } from "./binary.ts";
import { dotenv } from "./dotenv.ts";
import type { Format } from "./format.ts";
import { ini } from "./ini.ts";
import { json } from "./json.ts";
import { yamlFormat } from "./yaml.ts";

/** As sops names them. */
export type Kind = "yaml" | "json" | "dotenv" | "ini" | "binary";

const FORMATS: Readonly<Record<Exclude<Kind, "yaml">, Format>> = { json, dotenv, ini, binary };

const BY_ENDING: Readonly<Record<string, Kind>> = {
  ".yaml": "yaml",
  ".yml": "yaml",
  ".json": "json",
  ".env": "dotenv",
  ".ini": "ini",
};

export async function formatOf(kind: Kind): Promise<Format> {
  return kind === "yaml" ? yamlFormat(await import("yaml")) : FORMATS[kind];
}

/** What a file is, by the end of its name. */
export function kindOf(path: string): Kind {
  const name = basename(path);
  return BY_ENDING[name.startsWith(".") && extname(name) === "" ? name : extname(name)] ?? "binary";
}
