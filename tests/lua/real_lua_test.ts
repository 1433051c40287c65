/** A config's Lua gives what Lua gives. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { setup, withConfig } from "../config/support/config.ts";

const LUA = ["lua5.4", "lua"].find((name) => {
  try {
    const { stdout } = new Deno.Command(name, { args: ["-v"] }).outputSync();
    return new TextDecoder().decode(stdout).startsWith("Lua 5.4");
  } catch {
    return false;
  }
});

/** Shows results and errors of an expression, each on a line. */
const SHOW = `local function show(ok, ...)
  local values = { tostring(ok) }
  for n = 1, select("#", ...) do
    local value = select(n, ...)
    values[n + 1] = type(value) == "string" and ("%q"):format(value) or tostring(value)
  end
  if not ok then values[2] = values[2]:gsub("^\\"[^:]*:%d+: ", "\\"") end
  local function code(char) return "\\\\" .. char:byte() end
  print((table.concat(values, " "):gsub("[\\n\\128-\\255]", code)))
end
`;

/** Evaluates expressions in the sandbox and in real Lua. */
function agree(name: string, expressions: () => readonly string[]) {
  Deno.test({
    name: `as in Lua 5.4: ${name}${LUA === undefined ? " (needs lua5.4)" : ""}`,
    ignore: LUA === undefined,
    async fn() {
      const list = expressions();
      const body = SHOW +
        list.map((expression) => `show(pcall(function() return ${expression} end))`).join("\n");
      const real = new Deno.Command(LUA!, { args: ["-"], stdin: "piped", stdout: "piped" }).spawn();
      const writer = real.stdin.getWriter();
      await writer.write(new TextEncoder().encode(body));
      await writer.close();
      const { stdout, success } = await real.output();
      assert.ok(success);
      const theirs = new TextDecoder().decode(stdout).trimEnd().split("\n");
      await withConfig(setup(body), ({ messages }) => {
        assert.equal(messages.length, list.length);
        list.forEach((expression, n) => assert.equal(messages[n], theirs[n], expression));
      }, { limits: { seconds: 60 } });
    },
  });
}

/** The same cases on every run. */
const SEED = 54;

/** A text of Lua's. */
const quoted = (text: string) =>
  `"${
    Array.from(
      new TextEncoder().encode(text),
      (byte) =>
        byte > 34 && byte < 127 && byte !== 92
          ? String.fromCharCode(byte)
          : `\\${String(byte).padStart(3, "0")}`,
    ).join("")
  }"`;

const NUMBERS = ["0", "1", "-1", "42", "255", "1e15", "-0.0", "0.1", "1/3", "1e300", "2^53", "1/0"];
const numbers = fc.oneof(
  fc.constantFrom(...NUMBERS, "math.mininteger", "math.maxinteger", "3.0"),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true })
    // C libraries write the smallest ones in two ways with %a.
    .filter((n) => n === 0 || Math.abs(n) > 1e-300).map((n) => `(${n})`),
);
const texts = fc.string({ maxLength: 12 }).map(quoted);
const values = fc.oneof(
  { weight: 4, arbitrary: numbers },
  { weight: 3, arbitrary: texts },
  fc.constantFrom("nil", "true", "false", '"12"', '"0x10"', '"x"'),
);

const directives = fc.oneof(
  fc.constantFrom(
    "%%",
    "%",
    "%5",
    "% d",
    "%#x",
    "%+5d",
    "%.20s",
    "%i",
    "%q",
    "%-10s|",
    "%y",
    "%123d",
  ),
  fc.tuple(
    fc.constantFrom("", "-", "+", " ", "#", "0", "-0", "+ "),
    fc.constantFrom("", "1", "5", "10", "99", "100"),
    fc.constantFrom("", ".", ".0", ".3", ".10", ".99", ".100"),
    fc.constantFrom(..."diuoxXcsqaAeEfFgG%"),
  ).map((parts) => `%${parts.join("")}`),
  fc.constantFrom("100", "% of", "a\0b", "é"),
);

agree("string.format", () =>
  [
    ...['"100%%"', '"%5.1f%%", 99.5', '"%%p"', '"100%% pure"', '"%%%%p %s", 1', '"%s", nil'],
    ...fc.sample(
      fc.tuple(fc.array(directives, { maxLength: 4 }), fc.array(values, { maxLength: 4 })),
      { numRuns: 1500, seed: SEED },
    ).map(([template, args]) => [quoted(template.join("")), ...args].join(", ")),
  ].map((args) => `string.format(${args})`));

const items = fc.oneof(
  fc.constantFrom("a", "b", ".", "%a", "%d", "%w", "%s", "%p", "[ab]", "[^a]", "[a-c]", "[%w_]"),
  fc.constantFrom(
    "(",
    ")",
    "()",
    "%1",
    "%b()",
    "%bab",
    "%f[%w]",
    "%f[^a]",
    "^",
    "$",
    "%",
    "[",
    "]",
  ),
);
const patterns = fc.array(
  fc.tuple(items, fc.constantFrom("", "", "", "*", "+", "-", "?")).map((parts) => parts.join("")),
  { maxLength: 6 },
).map((parts) => quoted(parts.join("")));
const subjects = fc.string({ unit: fc.constantFrom(..."aabbc1 _()é\0"), maxLength: 16 }).map(
  quoted,
);

agree(
  "patterns",
  () =>
    fc.sample(fc.tuple(subjects, patterns, fc.integer({ min: -4, max: 18 })), {
      numRuns: 1500,
      seed: SEED,
    })
      .flatMap(([text, pattern, at]) => [
        `string.find(${text}, ${pattern}, ${at})`,
        `string.find(${text}, ${pattern}, ${at}, true)`,
        `string.match(${text}, ${pattern}, ${at})`,
        `string.gsub(${text}, ${pattern}, "<%0>")`,
        `string.gsub(${text}, ${pattern}, "%1%%", 2)`,
        `string.gsub(${text}, ${pattern}, { a = "A", ab = false })`,
        `(function() local t = {} for a, b in string.gmatch(${text}, ${pattern}) do t[#t + 1] = tostring(a) .. tostring(b) end return table.concat(t, ";") end)()`,
      ]),
);

agree(
  "numbers and texts",
  () =>
    fc.sample(fc.tuple(numbers, numbers, texts, fc.integer({ min: -5, max: 15 })), {
      numRuns: 400,
      seed: SEED,
    })
      .map(([a, b, text, n]) => [`(${a})`, `(${b})`, `(${text})`, `(${n})`])
      .flatMap(([a, b, text, n]) => [
        `${a} + ${b}, ${a} * ${b}, ${a} / ${b}, ${a} ^ ${b}`,
        `${a} // ${b}`,
        `${a} % ${b}`,
        `${a} < ${b}, ${a} == ${b}, math.max(${a}, ${b})`,
        `tostring(${a}), tonumber(${text}), tonumber(tostring(${b}))`,
        `math.floor(${a}), math.fmod(${a}, 7), math.tointeger(${b})`,
        `math.sin(${n}), math.exp(${n}), math.log(${n} + 6), math.sqrt(${n} + 5)`,
        `${text}:sub(${n}), ${text}:byte(${n}), ${text}:rep(${n} // 3, "-"), #${text}`,
        `${text}:upper(), ${text}:lower(), ${text}:reverse(), ${text} < "m"`,
        `utf8.len(${text}), utf8.offset(${text}, ${n})`,
        `string.unpack("<i4", string.pack("<i4", ${n})), string.pack(">d", ${n})`,
        `table.concat({ 1, ${text}, 2.5 }, ${text}), select(${n} // 2, 1, 2, 3)`,
        `os.date("!%Y-%m-%d %H:%M:%S %j %a %b", ${n} * 86400000)`,
      ]),
);
