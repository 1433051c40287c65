import assert from "node:assert/strict";
import fc from "fast-check";
import { addressIn, nodeAt, withValue } from "../../src/secrets/address.ts";
import { ageIdentity, identityOfSsh, recipientIn, unwrap, wrap } from "../../src/secrets/age.ts";
import { decimalText } from "../../src/secrets/numbers.ts";
import { ruleIn, rulesText } from "../../src/secrets/rules.ts";
import { goExpression } from "../../src/secrets/selection.ts";
import { combine, split } from "../../src/secrets/shamir.ts";
import { leaf } from "../../src/secrets/tree.ts";
import { SAMPLES, SSH_KEY } from "./samples.ts";
import { bytes, format, identity, OTHER_RECIPIENT, RECIPIENT, shown, text } from "./support.ts";

const SSH = Deno.readTextFileSync(`${SSH_KEY}.pub`).trim();

Deno.test("any parts that suffice give a secret again, and fewer do not", () => {
  const cases = fc.uint8Array({ minLength: 1, maxLength: 40 }).chain((secret) =>
    fc.integer({ min: 2, max: 6 }).chain((parts) =>
      fc.tuple(fc.constant(secret), fc.constant(parts), fc.integer({ min: 2, max: parts }))
    )
  );
  fc.assert(fc.property(cases, ([secret, count, threshold]) => {
    const parts = split(secret, count, threshold);
    for (let first = 0; first + threshold <= count; first++) {
      assert.deepEqual(combine(parts.slice(first, first + threshold)), secret);
    }
    assert.deepEqual(combine(parts), secret);
    if (threshold > 2 && secret.length > 8) {
      assert.notDeepEqual(combine(parts.slice(0, threshold - 1)), secret);
    }
  }));
});

Deno.test("parts that do not belong together are refused", () => {
  const [one, two] = split(Uint8Array.of(1, 2, 3), 2, 2);
  assert.throws(() => combine([one, one]), /do not belong together/);
  assert.throws(() => combine([one, two.slice(1)]), /do not belong together/);
  assert.throws(() => split(Uint8Array.of(1), 2, 1), /can't be split/);
});

for (
  const [value, expected] of [
    [1.5, "1.5"],
    [1e21, "1000000000000000000000"],
    [1.25e22, "12500000000000000000000"],
    [1e-7, "0.0000001"],
    [-2.5e-9, "-0.0000000025"],
    [-0, "-0"],
    [Infinity, "+Inf"],
    [-Infinity, "-Inf"],
    [NaN, "NaN"],
  ] as const
) {
  Deno.test(`a decimal as it is encrypted: ${expected}`, () => {
    assert.equal(decimalText(value), expected);
  });
}

Deno.test("what is encrypted for an SSH key is decrypted with it, and with no other", async () => {
  const key = identityOfSsh(Deno.readTextFileSync(SSH_KEY));
  assert.equal(key.recipient, SSH.split(" ").slice(0, 2).join(" "));
  const enc = await wrap(bytes("data key"), SSH);
  assert.equal(text((await unwrap(enc, [await identity(), key]))!), "data key");
  assert.equal(await unwrap(enc, [await identity()]), null);
  assert.equal(await unwrap(await wrap(bytes("data key"), RECIPIENT), [key]), null);
});

Deno.test("keys that withstand quantum computers are keys too", async () => {
  const { generateHybridIdentity } = await import("age-encryption");
  const key = await ageIdentity(await generateHybridIdentity());
  assert.match(key.recipient, /^age1pq1/);
  assert.equal(await recipientIn(key.recipient), key.recipient);
  const enc = await wrap(bytes("data key"), key.recipient);
  assert.equal(text((await unwrap(enc, [key]))!), "data key");
});

Deno.test("an SSH key with a passphrase, or of another kind, is refused by that", () => {
  const file = Deno.readTextFileSync(`${SAMPLES}/id_with_passphrase`);
  assert.throws(() => identityOfSsh(file), /it has a passphrase/);
  assert.throws(
    () => identityOfSsh("-----BEGIN RSA PRIVATE KEY-----\n"),
    /no private key of OpenSSH/,
  );
  const whole = Deno.readTextFileSync(SSH_KEY);
  assert.throws(() => identityOfSsh(whole.replace(/\n.{30}/, "\n")), /no (private|whole)/);
});

for (
  const [recipient, says] of [
    ["age1", /is no recipient/],
    [`${RECIPIENT}x`, /is no recipient/],
    ["ssh-rsa AAAAB3NzaC1yc2E=", /is no recipient/],
    ["ssh-ed25519 AAAA", /is no recipient/],
    ["0xFFFF", /is no recipient/],
  ] as const
) {
  Deno.test(`a recipient that can't be one: ${recipient}`, () => {
    return assert.rejects(recipientIn(recipient), says);
  });
}

Deno.test("a recipient has one form", async () => {
  assert.equal(await recipientIn(` ${RECIPIENT}\n`), RECIPIENT);
  assert.equal(await recipientIn(`${SSH} and a comment`), SSH.split(" ").slice(0, 2).join(" "));
});

for (
  const [given, way] of [
    ["a", ["a"]],
    ["a.0.b", ["a", "0", "b"]],
    ['["a.b"][0]["c\\"d"]', ["a.b", "0", 'c"d']],
    ["['a b']", ["a b"]],
  ] as const
) {
  Deno.test(`a way: ${given}`, () => assert.deepEqual(addressIn(given), way));
}
for (const given of ["", ".", "a..b", "a.", ".a"]) {
  Deno.test(`no way: ${JSON.stringify(given)}`, () => {
    assert.throws(() => addressIn(given), { kind: "usage" });
  });
}

const TREE = format("yaml").parse(bytes("a: 1\n# of b\nb:\n  # first\n  - x\n  - c: d\n"));
/** Way → the tree with `new` there, or what is in the way. */
const SET: readonly (readonly [string, string | RegExp])[] = [
  ["a", "a: new\n# of b\nb:\n    # first\n    - x\n    - c: d\n"],
  ["b.0", "a: 1\n# of b\nb:\n    # first\n    - new\n    - c: d\n"],
  ["b.1.c", "a: 1\n# of b\nb:\n    # first\n    - x\n    - c: new\n"],
  ["b.2", "a: 1\n# of b\nb:\n    # first\n    - x\n    - c: d\n    - new\n"],
  ["e.f", "a: 1\n# of b\nb:\n    # first\n    - x\n    - c: d\ne:\n    f: new\n"],
  ["b", /a list is at b/],
  ["b.1", /a map is at b\.1/],
  ["a.b", /a value is at a/],
  ["b.3", /a list of 2 .* is at b/],
  ["b.c", /a list of 2 .* is at b/],
];
for (const [way, expected] of SET) {
  Deno.test(`set ${way}`, () => {
    const set = () => withValue(TREE, addressIn(way), leaf("str", "new"));
    if (expected instanceof RegExp) assert.throws(set, expected);
    else assert.equal(text(format("yaml").emit(set())), expected);
  });
}

Deno.test("what is at a way", () => {
  assert.equal(shown(nodeAt(TREE, ["b", "0"])), "str x");
  assert.throws(() => nodeAt(TREE, ["b", "2"]), /nothing at b\.2/);
  assert.throws(() => nodeAt(TREE, ["a", "b"]), /nothing at a\.b/);
});

const rule = (rules: string, path = "secrets.yaml") =>
  ruleIn(bytes(`creation_rules:\n${rules}`), path);

Deno.test("the first rule that fits says for whom", async () => {
  const rules =
    `  - path_regex: \\.prod\\.yaml$\n    age: ${OTHER_RECIPIENT}\n  - age: ${RECIPIENT}\n`;
  assert.deepEqual((await rule(rules)).groups, [[RECIPIENT]]);
  assert.deepEqual((await rule(rules, "a/b.prod.yaml")).groups, [[OTHER_RECIPIENT]]);
});

Deno.test("recipients are a list, or a text with commas, or anchors, each once", async () => {
  for (
    const age of [
      `"${RECIPIENT}, ${OTHER_RECIPIENT}"`,
      `>-\n      ${RECIPIENT},\n      ${OTHER_RECIPIENT}`,
      `[${RECIPIENT}, ${OTHER_RECIPIENT}, ${RECIPIENT}]`,
    ]
  ) assert.deepEqual((await rule(`  - age: ${age}\n`)).groups, [[RECIPIENT, OTHER_RECIPIENT]]);
  const anchored =
    `keys:\n  - &me ${RECIPIENT}\ncreation_rules:\n  - key_groups:\n      - age: [*me]\n`;
  assert.deepEqual((await ruleIn(bytes(anchored), "x")).groups, [[RECIPIENT]]);
});

Deno.test("rules that sys writes, it reads", async () => {
  assert.deepEqual(
    (await ruleIn(bytes(rulesText([RECIPIENT, OTHER_RECIPIENT, SSH])), "x")).groups,
    [[RECIPIENT, OTHER_RECIPIENT, SSH.split(" ").slice(0, 2).join(" ")]],
  );
});

Deno.test("a rule has groups, a selection, kinds of keys", async () => {
  const groups =
    `  - shamir_threshold: 1\n    encrypted_regex: ^a\n    mac_only_encrypted: true\n` +
    `    key_groups:\n      - age: [${RECIPIENT}]\n        pgp: [ABC]\n      - merge:\n          - age: [${OTHER_RECIPIENT}]\n`;
  assert.deepEqual(await rule(groups), {
    groups: [[RECIPIENT], [OTHER_RECIPIENT]],
    threshold: 1,
    foreign: ["pgp"],
    selection: { rule: "encrypted_regex", pattern: "^a" },
    macOnlyEncrypted: true,
  });
});

for (
  const [rules, says] of [
    ["  - path_regex: x$\n    age: a\n", /none of its creation_rules is for secrets\.yaml/],
    ["  - age: nobody\n", /is no recipient/],
    ["  - {}\n", /names nobody/],
    [`  - age: ${RECIPIENT}\n    shamir_threshold: 3\n`, /shamir_threshold/],
    [`  - age: ${RECIPIENT}\n    encrypted_regex: a\n    encrypted_suffix: b\n`, /has both/],
    ["  - path_regex: '[[:alpha:]]'\n    age: a\n", /is not one that sys knows/],
    ["  - path_regex: '('\n    age: a\n", /is not one that sys knows/],
    ["  - x\n", /a value where a map should be/],
    ["  {\n", /no YAML/],
  ] as const
) {
  Deno.test(`rules that are refused: ${JSON.stringify(rules.slice(0, 50))}`, async () => {
    await assert.rejects(rule(rules), says);
  });
}

Deno.test("expressions of Go's", () => {
  assert.ok(goExpression("(?i)^ABC").test("abcd"));
  assert.ok(goExpression("(?P<name>a)").test("a"));
  assert.ok(goExpression("^\\p{Lu}$").test("Ä"));
  assert.throws(() => goExpression("\\Aa"), /not one that sys knows/);
});
