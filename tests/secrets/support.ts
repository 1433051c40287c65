/** Keys of tests, and the real sops where there is one: on PATH, or where `SYSLUA_TEST_SOPS` says. */
import type { Identity } from "../../src/secrets/age.ts";
import { ageIdentity } from "../../src/secrets/age.ts";
import type { Kind } from "../../src/secrets/formats/kinds.ts";
import { DEFAULT_SELECTION } from "../../src/secrets/selection.ts";
import type { Sealer } from "../../src/secrets/secret_file.ts";
import { type Branch, type Comment, type Node, textOf } from "../../src/secrets/tree.ts";

/** Made for these tests, and used nowhere else. */
export const SECRET = "AGE-SECRET-KEY-1GSJ0CQL57MW9RCLDHFZA0KCWVAC89C9W6NWJUHFXVUZ8UVHV5Q6QQHQZAU";

export const SOPS = Deno.env.get("SYSLUA_TEST_SOPS") ?? "sops";
export const hasSops = (() => {
  try {
    return new Deno.Command(SOPS, { args: ["--help"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
})();

export const KINDS: readonly Kind[] = ["yaml", "json", "dotenv", "ini", "binary"];
export const TIME = "2026-01-02T03:04:05Z";

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (content: Uint8Array) => new TextDecoder().decode(content);

export async function identity(): Promise<Identity> {
  return await ageIdentity(SECRET);
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

export type { Branch };
