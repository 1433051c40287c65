/** Files that the real sops made (3.13.3), in `samples/`, each with what is in it. `make_samples.ts` makes them. */
import type { Kind } from "../../src/secrets/formats/kinds.ts";
import { fromFileUrl } from "../support/paths.ts";
import { OTHER_RECIPIENT, RECIPIENT } from "./support.ts";

export const SAMPLES = fromFileUrl(new URL("samples", import.meta.url));
export const SSH_KEY = `${SAMPLES}/id_ed25519`;

export interface Sample {
  readonly name: string;
  readonly kind: Kind;
  readonly plain: string;
  /** What `.sops.yaml` says for it. */
  readonly rule: Readonly<Record<string, unknown>>;
}

const YAML = `# first
text: plain text
empty: ""
nothing: null
whole: -42
large: 9007199254740993
decimal: 1.5
tiny: 1e-7
truth: true
# says no
"no": "no"
date: 2001-02-03T04:05:06Z
unicode: "h\\xE4\\xDF ☃ \\U0001F389"
lines: |
    one
      two
    three
key with spaces: " padded "
nested:
    # of the list
    list:
        - a
        # between
        - b: c
          d:
            - 1
            - 2.25
        - a
    port_unencrypted: 8080
nothing_in: {}
none: []
`;

const sample = (name: string, kind: Kind, plain: string, rule: Sample["rule"] = {}): Sample => ({
  name,
  kind,
  plain,
  rule: { age: RECIPIENT, ...rule },
});

export const ALL: readonly Sample[] = [
  sample("values.yaml", "yaml", YAML),
  sample(
    "values.json",
    "json",
    '{"text":"a","whole":5,"decimal":0.1,"large":1e21,"list":[true,null,{"k":"v"}],"10":"x","2":"y"}',
  ),
  sample("values.env", "dotenv", '# comment\nA=b\nQ="quoted"\nLINES=one\\ntwo\nEMPTY=\n'),
  sample(
    "values.ini",
    "ini",
    '; top\nglobal = 1\n\n; of one\n[one]\n; of a\na = b\nq = `x;y`\np = " pad "\n[two]\nz = 0\n',
  ),
  sample("values.bin", "binary", "any\u0000bytes\n"),
  sample("two.yaml", "yaml", "a: b\n", { age: `${RECIPIENT},${OTHER_RECIPIENT}` }),
  sample("mac_only.yaml", "yaml", "a: b\nc_unencrypted: d\n", { mac_only_encrypted: true }),
  sample("encrypted_regex.yaml", "yaml", "open: 1\nsecret: 2\nin:\n    secret_b: 3\n    c: 4.5\n", {
    encrypted_regex: "^secret",
  }),
  sample("unencrypted_regex.yaml", "yaml", "open: 1.50\nsecret: 2\n", {
    unencrypted_regex: "(?i)^OPEN$",
  }),
  sample("encrypted_suffix.yaml", "yaml", "open: true\nkey_secret: 2\n", {
    encrypted_suffix: "_secret",
  }),
  sample("encrypted_comment.yaml", "yaml", "open: 1\n# sops:enc\nsecret: 2\nlast: 3\n", {
    encrypted_comment_regex: "sops:enc",
  }),
  sample("unencrypted_comment.yaml", "yaml", "secret: 1\n# sops:open\nopen: 2\nlast: 3\n", {
    unencrypted_comment_regex: "sops:open",
  }),
];
