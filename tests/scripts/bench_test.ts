import assert from "node:assert/strict";
import { reached, type Row } from "../../scripts/bench/row.ts";
import { exponent } from "../../scripts/bench/support/fit.ts";
import { inTurn, type Meter, meterIn } from "../../scripts/bench/support/measure.ts";
import { Peers } from "../../scripts/bench/support/peers.ts";
import { optionsOf } from "../../scripts/bench/support/options.ts";
import { withPart } from "../../scripts/bench/support/page.ts";
import { svg } from "../../scripts/bench/support/plot.ts";
import { table } from "../../scripts/bench/support/table.ts";
import { fromFileUrl } from "../support/paths.ts";
import { withTemporary } from "../support/temporary.ts";

const USAGE = fromFileUrl(new URL("../../scripts/bench/support/usage.c", import.meta.url));
const BENCH = fromFileUrl(new URL("../../scripts/bench.ts", import.meta.url));
const CC = new Deno.Command("sh", { args: ["-c", "command -v cc"] }).outputSync().success;

Deno.test("bench: what is asked for", () => {
  const options = optionsOf(["--only", "start", "files", "--runs", "7", "--json"], "/project");
  assert.deepEqual(options.only, ["start", "files"]);
  assert.equal(options.runs, 7);
  assert.equal(options.json, true);
  assert.equal(options.sys, "/project/dist/sys");
  assert.equal(optionsOf(["--quick"], "/project").runs, 1);
  assert.equal(optionsOf([], "/project").minutes, 25);
  assert.equal(optionsOf(["--minutes", "0.5"], "/project").minutes, 0.5);
  for (
    const [args, says] of [
      [["start"], /there is no start/],
      [["--fast"], /there is no --fast/],
      [["--runs"], /--runs wants a value/],
      [["--runs", "0"], /whole number/],
      [["--minutes", "0"], /number above 0/],
      [["--only"], /--only wants names/],
    ] as const
  ) {
    assert.throws(() => optionsOf(args, "/project"), says);
  }
});

Deno.test("bench: whether a goal is reached", () => {
  const row = (goal: string, ours: number, theirs = 0): Row => ({
    work: "",
    beside: "",
    goal,
    ours,
    theirs,
  });
  for (
    const [goal, ours, theirs, expected] of [
      ["≤ 1.5 ×", 3, 2, true],
      ["≤ 1.5 ×", 3.1, 2, false],
      ["≤ 1.5 ×", 3, 0, null],
      ["≤ 250 ms", 0.25, 9, true],
      ["≤ 250 ms", 0.26, 9, false],
      ["≤ 2 s", 2.1, 0, false],
      ["≤ 0.6 s", 0.5, 0, true],
      ["≤ 1 ms more", 0.0029, 0.002, true],
      ["≤ 1 ms more", 0.0031, 0.002, false],
      ["≤ 200 MiB", 199, 0, true],
      ["≤ 150", 151, 0, false],
      ["seconds", 1, 1, null],
      ["—", 1, 1, null],
    ] as const
  ) {
    assert.equal(reached(row(goal, ours, theirs)), expected, goal);
  }
});

Deno.test("bench: commands run in turn, there and back; each has its median", async () => {
  const order: string[] = [];
  const took = { a: [9, 1, 5, 2], b: [9, 30, 10, 20] };
  const meter: Meter = ({ argv: [name] }) => {
    order.push(name);
    const wall = took[name as "a" | "b"].shift()!;
    return Promise.resolve({ wall, cpu: wall / 2, peak: 7, runs: 1, code: 0, said: "" });
  };
  const prepared: number[] = [];
  const [a, b] = await inTurn(meter, [
    { argv: ["a"], before: (run) => void prepared.push(run) },
    { argv: ["b"] },
  ], { runs: 3, budget: 1000 });
  assert.equal(order.join(""), "baabbaab");
  assert.deepEqual(prepared, [-1, 0, 1, 2]);
  assert.deepEqual(a, { wall: 2, cpu: 1, peak: 7, runs: 3 });
  assert.equal(b.wall, 20);
});

Deno.test("bench: a budget that is spent ends the runs; a command that fails is an error with what it said", async () => {
  const measured = { wall: 5, cpu: 5, peak: 5, runs: 1, said: "" };
  const slow: Meter = () => Promise.resolve({ ...measured, code: 0 });
  const [usage] = await inTurn(slow, [{ argv: ["slow"] }], { runs: 9, warmups: 0, budget: 8 });
  assert.equal(usage.runs, 2);
  const [late] = await inTurn(slow, [{ argv: ["slow"] }], { runs: 9, enough: () => true });
  assert.equal(late.runs, 1);
  const broken: Meter = () => Promise.resolve({ ...measured, code: 3, said: "no such thing" });
  const run = () => inTurn(broken, [{ argv: ["x", "y"] }], { runs: 1 });
  await assert.rejects(run, /x y exited with 3: no such thing/);
});

/** Scripts stand in for programs. */
const ignore = Deno.build.os === "windows";

function standIn(path: string, says: string): string {
  Deno.writeTextFileSync(path, `#!/bin/sh\necho ${says}\n`);
  Deno.chmodSync(path, 0o755);
  return path;
}

Deno.test({
  name: "bench: an option that is not given leaves its rows out, and that is said once",
  ignore,
  fn: () =>
    withTemporary((dir) => {
      const said: string[] = [];
      const peersWith = (chezmoi: string | null) =>
        new Peers(dir, dir, "/none", chezmoi, (line) => void said.push(line));
      const without = peersWith(null);
      assert.equal(without.chezmoi, null);
      assert.equal(without.chezmoi, null);
      assert.deepEqual(said, [
        "bench: chezmoi (--chezmoi PATH) is not to be had, so its rows are left out",
      ]);
      const program = standIn(`${dir}/stand-in`, "chezmoi version v1.2.3");
      const there = peersWith(program);
      assert.equal(there.chezmoi, program);
      assert.deepEqual(there.versions(), { chezmoi: "1.2.3" });
      assert.equal(said.length, 1);
    }),
});

Deno.test({
  name: "bench: what is not begun in its minutes is left out, and says so",
  ignore,
  fn: () =>
    withTemporary(async (dir) => {
      const sys = standIn(`${dir}/sys`, "sys 1.2.3");
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          BENCH,
          "--json",
          "--minutes",
          "0.000001",
          "--only",
          "start",
          "--sys",
          sys,
        ],
        env: { TMPDIR: dir },
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert.equal(code, 0, said);
      assert.match(said, /bench: start is left out: 0.000001 minutes have passed/);
      const { rows, machine } = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual(rows, []);
      assert.match(machine.sys, /^1\.2\.3\b/);
    }),
});

Deno.test("bench: the exponent of what grows", () => {
  const points = (of: (n: number) => number) =>
    [10, 100, 1000].map((count) => ({ count, value: of(count) }));
  assert.equal(exponent(points((n) => 3 * n))!.toFixed(6), "1.000000");
  assert.equal(exponent(points((n) => 0.2 * n ** 1.5))!.toFixed(6), "1.500000");
  assert.equal(exponent(points(() => 4))!.toFixed(6), "0.000000");
  assert.equal(exponent(points((n) => n - 10)), null);
  assert.equal(exponent([{ count: 1, value: 1 }]), null);
});

Deno.test("bench: a part of the page is renewed, and nothing else", () => {
  const page = "# Title\n\n<!-- bench: a -->\n\nold\n\n<!-- end: a -->\n\nby hand\n";
  const renewed = withPart(page, "a", "new\n");
  assert.equal(renewed, page.replace("old", "new"));
  assert.equal(withPart(renewed, "a", "new"), renewed);
  assert.equal(
    withPart(page, "b", "more"),
    `${page}\n## b\n\n<!-- bench: b -->\n\nmore\n\n<!-- end: b -->\n`,
  );
});

Deno.test("bench: rows as a table", () => {
  const usage = (wall: number, cpu: number) => ({ wall, cpu, peak: 60.4, runs: 5 });
  const work = { work: "w", beside: "it", goal: "≤ 1.6 ×", ours: 0.06, theirs: 0.04 };
  assert.equal(
    table([
      { ...work, usage: { ours: usage(0.06, 0.03), theirs: usage(0.04, 0.02) } },
      { ...work, beside: "", theirs: 0, usage: { ours: { ...usage(0.06, 0), peak: 201 } } },
      { work: "memory", beside: "", goal: "≤ 200 MiB", ours: 281, theirs: 0, unit: "MiB" },
    ]).split("\n").slice(2).join("\n"),
    "| w | it | 60 ms | 40 ms | 1.50 × | 1.50 × | 60 MiB | ≤ 1.6 × | yes |\n" +
      "| w |  | 60 ms |  |  |  | **201 MiB** | ≤ 1.6 × |  |\n" +
      "| memory |  | 281 MiB |  |  |  |  | ≤ 200 MiB | no |",
  );
});

Deno.test("bench: a picture has a line for each curve, on logarithmic axes", () => {
  const picture = svg({
    title: "a < b",
    across: "files",
    label: (value) => `${value} s`,
    curves: [
      { name: "linear", points: [{ count: 10, value: 1 }, { count: 1000, value: 100 }] },
      { name: "constant", points: [{ count: 10, value: 10 }, { count: 1000, value: 10 }] },
    ],
  });
  const [linear, constant] = Array.from(
    picture.matchAll(/<polyline [^>]*points="([^"]*)"/g),
    ([, points]) => points.split(" ").map((pair) => pair.split(",").map(Number)),
  );
  // From corner to corner; half-way up.
  const [[left, bottom], [right, top]] = linear;
  assert.deepEqual(constant, [[left, (bottom + top) / 2], [right, (bottom + top) / 2]]);
  assert.ok(left < right && top < bottom);
  assert.match(picture, /<title>a &lt; b<\/title>/);
  for (const label of ["10", "100", "1,000", "1 s", "100 s", "linear", "constant"]) {
    assert.ok(picture.includes(`>${label}</text>`), label);
  }
});

Deno.test({
  name: `bench: what the system has accounted of a command${CC ? "" : " (cc not installed)"}`,
  ignore: !CC || Deno.build.os === "windows",
  fn: () =>
    withTemporary(async (dir) => {
      const meter = meterIn(dir, USAGE);
      const env = { WORD: "said" };
      const usage = await meter({ argv: ["/bin/sh", "-c", "echo $WORD >&2; exit 3"], env });
      assert.equal(usage.code, 3);
      assert.equal(usage.said, "said\n");
      // A shell has at least some hundred KiB; nanoseconds or bytes would be far from this.
      assert.ok(usage.peak > 0.1 && usage.peak < 100, String(usage.peak));
      assert.ok(usage.wall > 0);
      assert.equal((await meter({ argv: ["/bin/sh", "-c", "kill -9 $$"], env })).code, 137);
      assert.equal((await meter({ argv: ["/nowhere/program"], env })).code, 127);
    }),
});

Deno.test("bench: where nothing accounts for a command, the clock tells", () =>
  withTemporary(async (dir) => {
    const meter = meterIn(dir, "/nowhere/usage.c", { time: "/nowhere/time" });
    const { code, cpu, peak, wall } = await meter({ argv: [Deno.execPath(), "--version"] });
    assert.deepEqual({ code, cpu, peak }, { code: 0, cpu: 0, peak: 0 });
    assert.ok(wall > 0);
  }));
