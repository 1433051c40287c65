import assert from "node:assert/strict";
import fc from "fast-check";
import { type Kind, kindOf } from "../../src/secrets/formats/kinds.ts";
import { decryptFile, encryptAgain, encryptNew } from "../../src/secrets/secret_file.ts";
import {
  bytes,
  format,
  identity,
  KINDS,
  RECIPIENT,
  sealerFor,
  shown,
  text,
  TIME,
  values,
} from "./support.ts";
import { TREES } from "./trees.ts";

for (const kind of KINDS) {
  Deno.test(`${kind}: what is written is read again`, () => {
    const { emit, parse } = format(kind);
    fc.assert(fc.property(TREES[kind], (tree) => {
      const again = parse(emit(tree));
      // In INI there is always a part before the first section.
      const first = kind === "ini" ? [["DEFAULT", []]] : [];
      assert.deepEqual(values(again), [...first, ...values(tree) as unknown[]]);
      if (kind === "yaml" || kind === "dotenv") assert.deepEqual(shown(again), shown(tree));
    }));
  });

  Deno.test(`${kind}: what is encrypted is decrypted, and keeps its text`, async () => {
    const own = await identity();
    await fc.assert(
      fc.asyncProperty(TREES[kind], async (tree) => {
        const sealed = await encryptNew(kind, tree, sealerFor(RECIPIENT), TIME);
        const file = await decryptFile(sealed, kind, [own]);
        assert.deepEqual(
          values(file.tree),
          values(format(kind).parse(format(kind).emit(tree))),
        );
        assert.equal(text(await encryptAgain(file, file.tree, TIME)), text(sealed));
      }),
      { numRuns: 30 },
    );
  });
}

/** Text → what is read of it. */
const READ: readonly (readonly [Kind, string, unknown])[] = [
  ["yaml", "", { map: [] }],
  ["yaml", "# only\n", { map: [{ comment: " only" }] }],
  ["yaml", "---\na: b\n", { map: [["a", "str b"]] }],
  ["yaml", "a: 0x1F\nb: 0b11\nc: 0o17\nd: 017\ne: 1_000\nf: 08\n", {
    map: [["a", "int 31"], ["b", "int 3"], ["c", "int 15"], ["d", "int 15"], ["e", "int 1000"], [
      "f",
      "float 8",
    ]],
  }],
  ["yaml", "a: yes\nb: True\nc: ~\nd: .inf\ne: 12:30\n", {
    map: [["a", "str yes"], ["b", "bool True"], ["c", null], ["d", "float +Inf"], [
      "e",
      "str 12:30",
    ]],
  }],
  ["yaml", "a: 2001-2-3\nb: 2001-02-03T04:05:06.50+01:00\nc: 2001-02-30\nd: 2001-02-03 1:2:3\n", {
    map: [
      ["a", "time 2001-02-03T00:00:00Z"],
      ["b", "time 2001-02-03T04:05:06.5+01:00"],
      ["c", "str 2001-02-30"],
      ["d", "time 2001-02-03T01:02:03Z"],
    ],
  }],
  ["yaml", "a: !!binary aGk=\nb: !!str 5\n", { map: [["a", "str hi"], ["b", "str 5"]] }],
  ["yaml", "a:\n  - b # of b\n  # of the list\n# of c\nc: d\n", {
    map: [
      ["a", [{ comment: " of b" }, "str b", { comment: " of the list" }]],
      { comment: " of c" },
      ["c", "str d"],
    ],
  }],
  ["yaml", "a: '# no comment'\nb: |\n  # text\n", {
    map: [["a", "str # no comment"], ["b", "str # text\n"]],
  }],
  ["json", '{"2":1,"1":1.0,"a":1e3}', {
    map: [["2", "int 1"], ["1", "float 1"], ["a", "float 1000"]],
  }],
  ["dotenv", "A=b=c\n#x\n\nB= d \n", {
    map: [["A", "str b=c"], { comment: "x" }, ["B", "str  d "]],
  }],
  ["ini", 'a=1 ; behind\n[s]\nb: \'q\'\nc = one \\\n  two\n`k=` = """x\ny"""\n', {
    map: [
      ["DEFAULT", { map: [["a", "str 1"], { comment: "behind" }] }],
      ["s", { map: [["b", "str q"], ["c", "str one two"], ["k=", "str x\ny"]] }],
    ],
  }],
];
for (const [kind, source, expected] of READ) {
  Deno.test(`${kind} is read: ${JSON.stringify(source)}`, () => {
    assert.deepEqual(shown(format(kind).parse(bytes(source))), expected);
  });
}

/** Text → what is said of it. No message holds `hunter2`. */
const WRONG: readonly (readonly [Kind, string, RegExp])[] = [
  ["yaml", "a: hunter2\na: hunter2\n", /^line 2: a key is there twice$/],
  ["yaml", "a: &x hunter2\nb: *x\n", /^line 1: anchors/],
  ["yaml", "a: hunter2\nb: *x\n", /^line 2: anchors/],
  ["yaml", "a:\n  <<: {b: hunter2}\n", /^line 2: maps can't be merged/],
  ["yaml", "a: !mine hunter2\n", /^line 1: a tag/],
  ["yaml", "- hunter2\n", /^it is no map at the top$/],
  ["yaml", "hunter2", /^it is no map at the top$/],
  ["yaml", "a: hunter2\n---\nb: c\n", /^it has several documents/],
  ["yaml", "1: hunter2\n", /^line 1: a key is no text$/],
  ["yaml", "a: 99999999999999999999\n", /^line 1: a whole number of more than 64 bits/],
  ["yaml", 'a: "hunter2\n', /^line \d: /],
  ["yaml", "a: hunter2: b\n", /^line 1: /],
  ["yaml", "a:\n\t- hunter2\n", /^line 2: /],
  ["yaml", `${"[".repeat(5000)}`, /^(line 1|too many values|it is no)/],
  ["yaml", `a: ${"[".repeat(500)}${"]".repeat(500)}`, /more than 200 values lie in each other/],
  ["json", '{"a":"hunter2","a":1}', /^line 1: the key "a" is there twice$/],
  ["json", '{"a":\n"hunter2}', /^line 2: a text in double quotes is missing, or not ended$/],
  ["json", '{"a":"hunter2\n"}', /^line 1: a text in double quotes/],
  ["json", '{"a":"hunter2\\x"}', /^line 1: a text in double quotes/],
  ["json", '{"a":"hunter2\\"}', /^line 1: a text in double quotes/],
  ["json", '{"a":"hunter2"', /^line 1: a comma or } is missing$/],
  ["json", '{"a":"\\ud800hunter2"}', /half a character/],
  ["json", '{"a":hunter2}', /^line 1: a value is missing/],
  ["json", '["hunter2"]', /^it is no JSON object at the top$/],
  ["json", `{"a":${"[".repeat(5000)}`, /more than 200 values lie in each other/],
  ["dotenv", "A=b\nhunter2\n", /^line 2: it is neither KEY=value/],
  ["dotenv", "A=hunter2\nA=b\n", /^line 2: the key "A" is there twice$/],
  ["ini", "[s]\nhunter2\n", /^line 2: it is neither a section/],
  ["ini", "[s]\na=hunter2\na=b\n", /^line 3: the key "a" is there twice$/],
  ["ini", "[s]\n[s]\n", /^line 2: the section "s" is there twice$/],
  ["ini", "[s\n", /^line 1: the ] of a section is missing$/],
  ["ini", "a = `hunter2\n", /^line 1: the quotes of a value are not closed$/],
];
for (const [kind, source, says] of WRONG) {
  Deno.test(`${kind} is refused: ${JSON.stringify(source.slice(0, 40))}`, () => {
    assert.throws(() => format(kind).parse(bytes(source)), (thrown: Error) => {
      assert.match(thrown.message, says);
      assert.doesNotMatch(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown)), /hunter2/);
      return true;
    });
  });
}

Deno.test("text that is not in UTF-8 is refused", () => {
  for (const kind of ["yaml", "json", "dotenv", "ini"] as const) {
    assert.throws(() => format(kind).parse(Uint8Array.of(0x61, 0xff)), /no text in UTF-8/);
  }
});

for (
  const [path, kind] of [
    ["/a/b.yaml", "yaml"],
    ["/a/b.yml", "yaml"],
    ["/a/b.json", "json"],
    ["/a/.env", "dotenv"],
    ["/a/prod.env", "dotenv"],
    ["/a/b.ini", "ini"],
    ["/a/b.key", "binary"],
    ["/a.yaml/b", "binary"],
  ] as const
) {
  Deno.test(`the kind of ${path} is ${kind}`, () => assert.equal(kindOf(path), kind));
}
