/** Derivations that a program builds. */
import assert from "node:assert/strict";
import { outputPlaceholder } from "../../src/manifest/placeholder.ts";
import { sha256Hex } from "../../src/digest.ts";
import type { DerivationHash } from "../../src/manifest/types.ts";
import type { BuildProcess } from "../../src/realize/builder.ts";
import { findSandbox } from "../../src/realize/sandbox/sandbox.ts";
import { realSystem } from "../../src/system/real.ts";
import { failureOf, text, World } from "./support.ts";

const out = (name: string, output = "out") =>
  outputPlaceholder(sha256Hex(name) as DerivationHash, output);
const shell = (
  line: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): BuildProcess => ({ builder: "/bin/sh", args: ["-e", "-c", line, ...args], env });
const sandboxed = (await findSandbox(realSystem(), "auto")).kind !== "none";

for (const sandbox of ["off", "require"] as const) {
  const test = (name: string, body: () => Promise<void>) =>
    Deno.test({
      name: `process builder, sandbox ${sandbox}: ${name}`,
      ignore: sandbox === "require" && !sandboxed,
      fn: body,
    });

  test("it is told its outputs and its dependencies by placeholders", async () => {
    using world = new World();
    const low = world.derive("low", shell("echo low > $out", { out: out("low") }));
    const high = world.derive(
      "high",
      shell('mkdir $out; cat "$1" > $out/low; echo $0 > $doc', {
        out: out("high"),
        doc: out("high", "doc"),
      }, ["zeroth", out("low")]),
      { outputs: ["out", "doc"], dependencies: [low.hash] },
    );
    const made = (await world.realize([high], { sandbox })).get(high.hash)!;
    assert.equal(text(`${world.store.pathOf(made.out)}/low`), "low\n");
    assert.equal(text(world.store.pathOf(made.doc)), "zeroth\n");
    assert.deepEqual(world.leftovers(), []);
  });

  test("it finds the fixed set of variables, its own win, and it starts in an empty folder", async () => {
    using world = new World();
    const thing = world.derive(
      "thing",
      shell('{ echo "$HOME $LANG $TZ"; test "$(pwd -P)" = "$TMPDIR"; ls -A | wc -l; } > $out', {
        out: out("thing"),
        TZ: "Mars",
      }),
    );
    const made = (await world.realize([thing], { sandbox })).get(thing.hash)!;
    assert.match(
      text(world.store.pathOf(made.out)),
      /^\/dev\/null\/homeless-shelter C\.UTF-8 Mars\n\s*0\n$/,
    );
  });

  test("one that fails says so with the end of its log", async () => {
    using world = new World();
    const thing = world.derive("thing", shell("seq 1 30; echo why >&2; exit 3"));
    const failure = await failureOf(() => world.realize([thing], { sandbox }));
    assert.match(failure.message, /Cannot build thing: Cannot run \/bin\/sh.*ended with code 3/);
    assert.equal(failure.notes.length, 20);
    assert.ok(failure.notes.includes("why"));
    assert.deepEqual(world.leftovers(), []);
  });
}

Deno.test("process builder: one that makes no output is refused", async () => {
  using world = new World();
  const thing = world.derive("thing", shell("true"));
  const { message } = await failureOf(() => world.realize([thing]));
  assert.match(message, /Cannot build thing: it did not make the output "out"/);
});

Deno.test("process builder: a placeholder of something that it does not depend on is refused", async () => {
  using world = new World();
  const thing = world.derive("thing", shell("true", { other: out("other") }));
  const { message } = await failureOf(() => world.realize([thing]));
  assert.match(message, /stands for something that this build does not use/);
});
