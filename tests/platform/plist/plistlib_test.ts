/** Python's plistlib is another reader and writer of property lists: both ways the same values. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { type Plist, PlistDate } from "../../../src/platform/plist/plist.ts";
import { readPlist } from "../../../src/platform/plist/read.ts";
import { writePlist } from "../../../src/platform/plist/write.ts";
import { RealProcesses } from "../../../src/system/real_processes.ts";
import { plists } from "./arbitrary.ts";

const processes = new RealProcesses();
const python = processes.which("python3", "/usr/local/bin:/usr/bin:/bin");

/** Reads documents, tells their values with their types, and writes each anew. */
const SCRIPT = `
import base64, datetime, json, plistlib, sys
def tell(v):
  if isinstance(v, bool): return ["bool", v]
  if isinstance(v, int): return ["integer", str(v)]
  if isinstance(v, float): return ["real", v.hex()]
  if isinstance(v, bytes): return ["data", base64.b64encode(v).decode()]
  if isinstance(v, datetime.datetime): return ["date", "%04d-" % v.year + v.strftime("%m-%dT%H:%M:%SZ")]
  if isinstance(v, dict): return ["dict", [[k, tell(i)] for k, i in v.items()]]
  if isinstance(v, list): return ["array", [tell(i) for i in v]]
  return ["string", v]
def both(text):
  v = plistlib.loads(text.encode(), fmt=plistlib.FMT_XML)
  return [tell(v), plistlib.dumps(v, sort_keys=False).decode()]
print(json.dumps([both(t) for t in json.load(sys.stdin)]))
`;

type Told = readonly [string, unknown];

function told(value: Plist): Told {
  if (typeof value === "string") return ["string", value];
  if (typeof value === "boolean") return ["bool", value];
  if (typeof value === "bigint") return ["integer", String(value)];
  if (typeof value === "number") return ["real", value];
  if (value instanceof PlistDate) return ["date", value.text];
  if (value instanceof Uint8Array) return ["data", Buffer.from(value).toString("base64")];
  if (value instanceof Map) return ["dict", [...value].map(([k, inner]) => [k, told(inner)])];
  return ["array", (value as readonly Plist[]).map(told)];
}

/** C's notation of floating point numbers, in which nothing is rounded. */
function fromHex(text: string): number {
  const [, sign, whole, rest, exponent] = /^(-?)0x(\d)(?:\.([0-9a-f]+))?p([+-]\d+)$/.exec(text)!;
  const digits = BigInt(`0x${whole}${rest ?? ""}`),
    shift = Number(exponent) - 4 * (rest ?? "").length;
  // In two steps: the least numbers have powers of two beyond those of one.
  const half = Math.trunc(shift / 2);
  return (sign === "-" ? -1 : 1) * (Number(digits) * 2 ** half * 2 ** (shift - half));
}

function exact(it: unknown): unknown {
  if (!Array.isArray(it)) return it;
  return it[0] === "real" && typeof it[1] === "string" ? ["real", fromHex(it[1])] : it.map(exact);
}

Deno.test({
  name: `macOS: Python's plistlib and sys read each other's property lists${
    python === null ? ": there is no python3" : ""
  }`,
  ignore: python === null,
  fn: async () => {
    const values = fc.sample(plists, 400)
      // That writer has line feeds for carriage returns.
      .filter((value) => !writePlist(value).includes("&#13;"));
    const documents = JSON.stringify(values.map(writePlist));
    const { code, stdout, stderr } = await processes.run({
      argv: [python!, "-I", "-c", SCRIPT],
      env: {},
      stdin: documents,
    });
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const answers = JSON.parse(new TextDecoder().decode(stdout)) as [unknown, string][];
    assert.equal(answers.length, values.length);
    answers.forEach(([their, document], n) => {
      assert.deepEqual(exact(their), told(values[n]));
      assert.deepEqual(readPlist(document), values[n]);
    });
  },
});
