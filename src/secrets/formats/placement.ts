/** Where a format has the metadata of sops: below one key, flattened there, or flattened among the values. */
import { badFile } from "../bad_file.ts";
import { flattened, unflattened } from "../flatten.ts";
import { type Metadata, metadataBranch, metadataFrom } from "../metadata.ts";
import { type Branch, branch, entriesOf, type Entry, entry, leaf, textOf } from "../tree.ts";
import type { Format } from "./format.ts";

type Placement = Pick<Format, "split" | "join">;

const KEY = "sops";
const PREFIX = "sops_";

function missing() {
  return badFile(
    "it is not encrypted: it has no metadata of sops",
    "`sys secrets edit` makes a new file; this one is as it was",
  );
}

function reserved(key: string) {
  return badFile(`the key ${key} is one that sops has for its own metadata`, "name it otherwise");
}

/** Below `sops`; `to` and `from` give the form that they have there. */
function below(to: (map: Branch) => Branch, from: (map: Branch) => Branch): Placement {
  return {
    split(tree) {
      const own = entriesOf(tree).find(({ key }) => key === KEY)?.value;
      if (own?.kind !== "branch") throw missing();
      const rest = tree.items.filter((item) => item.kind === "comment" || item.key !== KEY);
      return { tree: branch(rest), metadata: metadataFrom(from(own)) };
    },
    join(tree, metadata) {
      if (entriesOf(tree).some(({ key }) => key === KEY)) throw reserved(KEY);
      return branch([...tree.items, entry(KEY, to(metadataBranch(metadata)))]);
    },
  };
}

/** YAML, JSON, binary. */
export const nested: Placement = below((map) => map, (map) => map);

/** INI: sections hold texts only, of one line each. */
export const section: Placement = below(
  (map) => branch(flattened(map).map((item) => replaced(item, "\n", "\\n"))),
  (map) => unflattened(entriesOf(map).map((item) => replaced(item, "\\n", "\n"))),
);

/** dotenv: `sops_mac=…`. */
export const prefixed: Placement = {
  split(tree) {
    const isOwn = (item: Branch["items"][number]): item is Entry =>
      item.kind === "entry" && item.key.startsWith(PREFIX);
    const own = tree.items.filter(isOwn).map(({ key, value }) =>
      entry(key.slice(PREFIX.length), value)
    );
    if (own.length === 0) throw missing();
    return {
      tree: branch(tree.items.filter((item) => !isOwn(item))),
      metadata: metadataFrom(unflattened(own)),
    };
  },
  join(tree: Branch, metadata: Metadata) {
    const taken = entriesOf(tree).find(({ key }) => key.startsWith(PREFIX));
    if (taken !== undefined) throw reserved(taken.key);
    return branch([...tree.items, ...flattened(metadataBranch(metadata), PREFIX)]);
  },
};

function replaced({ key, value }: Entry, from: string, to: string): Entry {
  const text = value.kind === "leaf" ? textOf(value) : null;
  return text === null ? entry(key, value) : entry(key, leaf("str", text.replaceAll(from, to)));
}
