import assert from "node:assert/strict";
import { Trace } from "../../src/cli/trace.ts";
import type { Derivation } from "../../src/manifest/types.ts";
import type { Step } from "../../src/plan/types.ts";

/** An event with a duration, as the file has it. */
interface Slice {
  readonly ph: string;
  readonly name: string;
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
  readonly tid: number;
  readonly args?: Record<string, unknown>;
}

/** Does something with a trace that begins at 1 ms; each of its calls comes a millisecond after the one before. Gives
 * the slices as `row begin–end name`, by row and begin (the outer one first), and all events. */
function traced(words: readonly string[], body: (trace: Trace) => void) {
  let time = 0;
  const trace = new Trace({ monotonic: () => ++time }, words);
  body(trace);
  const { traceEvents } = JSON.parse(JSON.stringify(trace.document())) as { traceEvents: Slice[] };
  const slices = traceEvents.filter(({ ph }) => ph === "X")
    .sort((a, b) => a.tid - b.tid || a.ts - b.ts);
  const lines = slices.map(({ tid, ts, dur, name }) => `${tid} ${ts}–${ts + dur} ${name}`);
  return { lines, slices, traceEvents };
}

const drv = (name: string, version: string | null = null) =>
  ({ name, version, hash: `hash of ${name}` }) as unknown as Derivation;
const step = (path: string) => ({ kind: "path", path, by: "file" }) as unknown as Step;

Deno.test("trace: phases lie within the command, steps within their phase", () => {
  const { lines, slices } = traced(["apply", "--trace", "t.json"], (trace) => {
    trace.phase("evaluate");
    trace.phase("activate");
    trace.step(step("/home/maria/.vimrc"));
    trace.step({ kind: "run", command: ["make", "it"], by: "x" } as unknown as Step);
    trace.step({ kind: "service", op: "start", name: "sshd", by: "x" } as unknown as Step);
    const changes = [{ key: "dock" }, { key: "size" }];
    trace.step({ kind: "setting", setting: "defaults", changes, by: "x" } as unknown as Step);
    trace.step(null);
  });
  assert.deepEqual(lines, [
    "1 1000–9000 sys apply --trace t.json",
    "1 2000–3000 evaluate",
    "1 3000–9000 activate",
    "1 4000–5000 /home/maria/.vimrc",
    "1 5000–6000 run: make it",
    "1 6000–7000 start sshd",
    "1 7000–8000 defaults: dock, size",
  ]);
  assert.deepEqual(slices[3].args, { by: "file" });
});

Deno.test("trace: builds that run at a time are in rows of their own, and a row that is free is used again", () => {
  const [zlib, hello, other] = [drv("zlib", "1.3"), drv("hello"), drv("other")];
  const url = "https://example.org/zlib.tar.gz";
  const { lines, slices, traceEvents } = traced(["build"], (trace) => {
    trace.observe({ kind: "cached", derivation: drv("there") });
    trace.observe({ kind: "started", derivation: zlib });
    trace.observe({ kind: "waiting", derivation: hello });
    trace.observe({ kind: "phase", derivation: zlib, phase: "build" });
    trace.observe({ kind: "op", derivation: zlib, op: "fetch_url", detail: url });
    trace.observe({ kind: "download", derivation: zlib, url, bytes: 7, total: null });
    trace.observe({ kind: "download", derivation: zlib, url, bytes: 4096, total: null });
    trace.observe({ kind: "cached", derivation: hello });
    trace.observe({ kind: "op", derivation: zlib, op: "run", detail: "make\nmake install" });
    trace.observe({ kind: "started", derivation: other });
    trace.observe({ kind: "phase", derivation: zlib, phase: "store" });
    trace.observe({ kind: "finished", derivation: zlib, outputs: {} });
    trace.observe({ kind: "failed", derivation: other, error: null });
  });
  assert.deepEqual(lines, [
    "1 1000–15000 sys build",
    "2 3000–13000 zlib 1.3",
    "2 3000–5000 waiting for its turn",
    "2 5000–6000 config",
    `2 6000–10000 fetch_url: ${url}`,
    "2 10000–12000 run: make",
    "2 12000–13000 look at and store the outputs",
    "3 4000–9000 hello",
    "3 4000–9000 waiting for another process",
    "3 11000–14000 other",
    "3 11000–14000 waiting for its turn",
  ]);
  const argsOf = (name: string) => slices.find((slice) => slice.name.startsWith(name))?.args;
  assert.deepEqual(argsOf("zlib"), { hash: "hash of zlib", ended: "finished" });
  assert.deepEqual(argsOf("fetch_url"), { detail: url, bytes: 4096 });
  assert.deepEqual(argsOf("run"), { detail: "make\nmake install" });
  assert.deepEqual(argsOf("other"), { hash: "hash of other", ended: "failed" });
  const rows = traceEvents.filter(({ name }) => name === "thread_name");
  assert.deepEqual(rows.map(({ tid, args }) => [tid, args?.name]), [
    [1, "sys"],
    [2, "beside it"],
    [3, "beside it 2"],
  ]);
});

Deno.test("trace: downloads of inputs, at the same time", () => {
  const { lines, slices } = traced(["plan"], (trace) => {
    trace.phase("inputs");
    trace.fetch("pkgs", "https://example.org/pkgs.git");
    trace.fetch("tools", "https://example.org/tools.git");
    trace.fetched("pkgs");
    trace.phase("evaluate");
    trace.fetch("more", "https://example.org/more.git");
    trace.fetched("more");
    trace.fetched("tools");
  });
  assert.deepEqual(lines, [
    "1 1000–10000 sys plan",
    "1 2000–6000 inputs",
    "1 6000–10000 evaluate",
    "2 3000–5000 input pkgs: https://example.org/pkgs.git",
    "2 7000–8000 input more: https://example.org/more.git",
    "3 4000–9000 input tools: https://example.org/tools.git",
  ]);
  assert.deepEqual(slices[3].args, { url: "https://example.org/pkgs.git" });
});

Deno.test("trace: what has not ended ends with the command; long names are cut, and whole in the arguments", () => {
  const long = `echo ${"x".repeat(500)}`;
  const { lines, slices } = traced(["build"], (trace) => {
    trace.observe({ kind: "started", derivation: drv("a") });
    trace.observe({ kind: "op", derivation: drv("b"), op: "run", detail: "of no build" });
  });
  assert.deepEqual(lines.map((line) => line.split(" ")[1]), [
    "1000–4000",
    "2000–4000",
    "2000–4000",
  ]);
  const a = drv("a");
  const cut = traced([], (trace) => {
    trace.observe({ kind: "started", derivation: a });
    trace.observe({ kind: "op", derivation: a, op: "run", detail: long });
  }).slices.find(({ name }) => name.startsWith("run: "))!;
  assert.equal(cut.name.length, 100);
  assert.equal(cut.args?.detail, long);
  assert.ok(slices.every(({ dur }) => Number.isInteger(dur)));
});
