/** Takes a file of secrets and maybe a way into it, gives what is there. */
import { addressIn, nodeAt } from "../../secrets/address.ts";
import { naming } from "../../secrets/bad_file.ts";
import { formatOf } from "../../secrets/formats/kinds.ts";
import { jsonText } from "../../secrets/formats/json.ts";
import { emit as yamlOf } from "../../secrets/formats/yaml.ts";
import { plainText } from "../../secrets/formats/dotenv.ts";
import { toBase64 } from "../../secrets/base64.ts";
import { elementsOf, entriesOf, type Node, textOf } from "../../secrets/tree.ts";
import type { System } from "../../system/mod.ts";
import { readSecrets } from "./open.ts";

/** What is shown. */
export interface Shown {
  /** A value as it is, the whole file as it would be without encryption, a part of it in the same form. */
  readonly bytes: Uint8Array;
  /** As JSON has it: whole numbers of more than 53 bits as texts, bytes that are no text as `{ base64 }`. */
  readonly document: unknown;
}

export async function showSecrets(
  world: Pick<System, "fs" | "host" | "processes">,
  named: string,
  { way, signal }: { readonly way?: string; readonly signal: AbortSignal },
): Promise<Shown> {
  const address = way === undefined ? [] : addressIn(way);
  const { path, kind, tree } = await readSecrets(world, named, signal);
  return await naming("show", path, async () => {
    const node = nodeAt(tree, address);
    const whole = address.length === 0 && node.kind === "branch";
    return {
      bytes: whole ? (await formatOf(kind)).emit(node) : partText(node, kind === "yaml"),
      document: plainValue(node),
    };
  });
}

function partText(node: Node, asYaml: boolean): Uint8Array {
  if (node.kind === "leaf" && node.type === "str") return node.bytes;
  const encode = (text: string) => new TextEncoder().encode(text);
  if (node.kind === "leaf" || node.kind === "null") return encode(plainText(node, ""));
  if (asYaml && node.kind === "branch") return yamlOf(node);
  return encode(`${jsonText(node)}\n`);
}

function plainValue(node: Node): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "list":
      return elementsOf(node).map(plainValue);
    case "branch":
      return Object.fromEntries(entriesOf(node).map(({ key, value }) => [key, plainValue(value)]));
    case "leaf": {
      const text = textOf(node);
      if (text === null) return { base64: toBase64(node.bytes) };
      if (node.type === "bool") return text === "True";
      if (node.type !== "int" && node.type !== "float") return text;
      const number = Number(text);
      return node.type === "int" && !Number.isSafeInteger(number) ? text : number;
    }
  }
}
