/** Generated trees for each format: what it can hold. */
import fc from "fast-check";
import type { Kind } from "../../src/secrets/formats/kinds.ts";
import { decimalText } from "../../src/secrets/numbers.ts";
import {
  type Branch,
  branch,
  comment,
  entry,
  leaf,
  list,
  type Node,
  NULL,
} from "../../src/secrets/tree.ts";

const wellFormed = (most = 20) =>
  fc.string({ unit: "grapheme", maxLength: most }).filter((text) => text.isWellFormed());

/** Texts that look like something else, or are hard to quote. */
const tricky = fc.constantFrom(
  ...["", " ", "yes", "no", "null", "~", "true", "1", "1.5", "0x1f", "0777", "1_000", "1e5", ".5"],
  ...["2001-01-01", "- a", "a: b", "# c", "a #b", "a: ", "'", '"', "\\", "`", "a\\", "[x]", "{x}"],
  ...[
    "a\nb",
    "a\nb\n",
    "a\n\nb\n",
    "\na",
    "  a\nb",
    "a\n\n",
    "a\tb",
    "\t",
    "a \nb",
    "&a",
    "*a",
    "!a",
  ],
  ...[
    "<<",
    "%a",
    "@a",
    "|",
    ">",
    "?",
    ":",
    "=",
    "-",
    "--- a",
    "ENC[x]",
    "\u0085",
    "\u2028",
    "\ufeff",
  ],
  ...[
    "\x7f",
    "a;b",
    "a=b",
    "$(x)",
    "${x}",
    "<&>",
    "12:30",
    "+1",
    "08",
    "1.",
    "Infinity",
    ".inf",
    "NaN",
  ],
);
const texts = fc.oneof(tricky, wellFormed());
const text = texts.map((value) => leaf("str", value));

const number = fc.oneof(
  fc.bigInt(-(1n << 63n), (1n << 63n) - 1n).map((value) => leaf("int", value.toString())),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value))
    .map((value) => leaf("float", decimalText(value))),
);
const scalar: fc.Arbitrary<Node> = fc.oneof(
  text,
  number,
  fc.boolean().map((value) => leaf("bool", value ? "True" : "False")),
  fc.constant(NULL),
);

const key = fc.oneof(
  tricky,
  wellFormed(12),
  fc.stringMatching(/^[a-z]{1,8}(_unencrypted)?$/),
)
  // A key of several lines sops writes in a way that it can't read itself.
  .filter((name) => !["", "sops", "<<"].includes(name) && !/\n/.test(name));

/** Each key once. */
const map = (value: fc.Arbitrary<Node>, keys: fc.Arbitrary<string> = key) =>
  fc.uniqueArray(fc.tuple(keys, value), { selector: ([name]) => name, maxLength: 5 })
    .map((pairs) => branch(pairs.map(([name, one]) => entry(name, one))));

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: "tree" },
    { arbitrary: scalar, weight: 4 },
    { arbitrary: map(tie("node")), weight: 1 },
    { arbitrary: fc.array(tie("node"), { maxLength: 4 }).map(list), weight: 1 },
  ),
}));

/** A comment of one line, which no reader trims. */
const remark = fc.stringMatching(/^[a-z](?:[ a-z]{0,8}[a-z])?$/).map((words) =>
  comment(` ${words}`)
);

/** Comments before some of the entries of a map. */
function remarked(tree: fc.Arbitrary<Branch>): fc.Arbitrary<Branch> {
  return fc.tuple(tree, fc.array(fc.option(remark), { maxLength: 5 })).map(([{ items }, remarks]) =>
    branch(items.flatMap((item, n) => remarks[n] ? [remarks[n], item] : [item]))
  );
}

/** dotenv knows `\n` only as the end of a line. */
const dotenvText = texts.filter((value) => !/\\n|\r/.test(value)).map((value) =>
  leaf("str", value)
);
const iniText = texts.filter((value) => iniHolds(value)).map((value) => leaf("str", value));

/** What no reader of INI takes for something else, in whatever quotes. */
function iniHolds(value: string): boolean {
  return !/["'`\\\r\n\u0085\ufeff\u2028]/.test(value) && !/^\s|\s$/.test(value);
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,10}$/).filter((one) =>
  !/^(sops|default)/i.test(one)
);

const { commented } = fc.letrec<{ commented: Branch; value: Node }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: "commented" },
    { arbitrary: name.map((value) => leaf("str", value)), weight: 3 },
    { arbitrary: tie("commented"), weight: 1 },
  ),
  commented: remarked(map(tie("value"), name)),
}));

/** Maps of plain texts, with comments before entries. */
export const COMMENTED: fc.Arbitrary<Branch> = commented;

export const TREES: Readonly<Record<Kind, fc.Arbitrary<Branch>>> = {
  yaml: remarked(map(node)),
  json: map(node),
  dotenv: remarked(map(dotenvText, name)),
  ini: map(map(iniText, name), name),
  binary: fc.uint8Array({ minLength: 1 }).map((value) =>
    branch([entry("data", leaf("str", value))])
  ),
};
