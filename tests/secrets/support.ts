/** Keys of tests, and the real sops where `SYSLUA_TEST_SOPS` names it. */
import type { Identity } from "../../src/secrets/age.ts";
import { ageIdentity } from "../../src/secrets/age.ts";
import type { Format } from "../../src/secrets/formats/format.ts";
import { formatOf, type Kind } from "../../src/secrets/formats/kinds.ts";
import { DEFAULT_SELECTION } from "../../src/secrets/selection.ts";
import type { Sealer } from "../../src/secrets/secret_file.ts";
import { type Comment, type Node, textOf } from "../../src/secrets/tree.ts";

/** Two keys of age, made for these tests and used nowhere else. */
export const SECRET = "AGE-SECRET-KEY-1MF6RSTRAFKUM72VM5W3EKLEFQD0PRP9550VE6YCWP7PFWV528HESDPA0F6";
export const RECIPIENT = "age10yrm5zh6mjswaydech0lmcpwh5qt4gu7k0c729ztfwsscw2kwexqg2ggwt";
export const OTHER_SECRET =
  "AGE-SECRET-KEY-12E24Q5LSZC3FRKNPZ2HX2FWHXHAGRVL7C7U0D3TLAN9GP2T5QLQSLYXP72";
export const OTHER_RECIPIENT = "age1086ku5msdutr5kk44avpu77rtf25ud67ypjrazmv04s2e70wjpksar3zrz";

export const SOPS = Deno.env.get("SYSLUA_TEST_SOPS") ?? "";
export const hasSops = SOPS !== "";

export const KINDS: readonly Kind[] = ["yaml", "json", "dotenv", "ini", "binary"];
const FORMATS = new Map<Kind, Format>();
for (const kind of KINDS) FORMATS.set(kind, await formatOf(kind));

export function format(kind: Kind): Format {
  return FORMATS.get(kind)!;
}

export const TIME = "2026-01-02T03:04:05Z";

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (content: Uint8Array) => new TextDecoder().decode(content);

export async function identity(secret: string = SECRET): Promise<Identity> {
  return await ageIdentity(secret);
}

/** For these recipients, everything encrypted. */
export function sealerFor(...recipients: readonly string[]): Sealer {
  return {
    groups: [recipients],
    threshold: 1,
    selection: DEFAULT_SELECTION,
    macOnlyEncrypted: false,
  };
}

/** Runs sops in a folder with nothing of this user's. */
export async function sops(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = { SOPS_AGE_KEY: SECRET },
): Promise<{ readonly code: number; readonly stdout: Uint8Array; readonly stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(SOPS, {
    args: [...args],
    cwd: dir,
    env: { HOME: dir, PATH: "/usr/bin:/bin", ...env },
    clearEnv: true,
    stdin: "null",
  }).output();
  return { code, stdout, stderr: text(stderr) };
}

/** A tree in a form that can be compared and read. */
export function shown(node: Node | Comment): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "comment":
      return { comment: node.text };
    case "leaf":
      return `${node.type} ${textOf(node) ?? node.bytes}`;
    case "list":
      return node.items.map(shown);
    case "branch":
      return {
        map: node.items.map((item) =>
          item.kind === "entry" ? [item.key, shown(item.value)] : shown(item)
        ),
      };
  }
}

/** The same without comments. */
export function values(node: Node): unknown {
  if (node.kind === "branch") {
    return node.items.filter((item) => item.kind === "entry")
      .map((item) => [item.key, values(item.value)]);
  }
  if (node.kind === "list") return node.items.filter((item) => item.kind !== "comment").map(values);
  return shown(node);
}
