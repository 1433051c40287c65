import assert from "node:assert/strict";
import { Timings } from "../../src/cli/timings.ts";
import type { Derivation } from "../../src/manifest/types.ts";
import type { BuildEvent } from "../../src/realize/observer.ts";

const derivation = { name: "tool", version: "2", hash: "h" } as unknown as Derivation;
const other = { name: "other", version: null, hash: "o" } as unknown as Derivation;

/** Events of a build, each with the time at which it comes. */
const EVENTS: readonly (readonly [number, BuildEvent])[] = [
  [100, { kind: "started", derivation }],
  [150, { kind: "started", derivation: other }],
  [300, { kind: "phase", derivation, phase: "build" }],
  [400, { kind: "op", derivation, op: "fetch_url", detail: "" }],
  [500, { kind: "output", derivation, text: "" }],
  [1400, { kind: "op", derivation, op: "unpack", detail: "" }],
  [1600, { kind: "op", derivation, op: "run", detail: "" }],
  [1650, { kind: "failed", derivation: other, error: null }],
  [3600, { kind: "op", derivation, op: "write", detail: "" }],
  [3700, { kind: "phase", derivation, phase: "store" }],
  [4000, { kind: "finished", derivation, outputs: {} }],
];

Deno.test("timings: what commands and builds spend their time on", () => {
  let time = 0;
  const timings = new Timings({ monotonic: () => time });
  time = 10;
  timings.phase("evaluate");
  time = 90;
  timings.phase("build");
  for (const [at, event] of EVENTS) {
    time = at;
    timings.observe(event);
  }
  timings.phase("evaluate");
  timings.phase("activate");
  time = 4100;
  assert.deepEqual(timings.document(), {
    total: 4.1,
    phases: [
      { name: "start", seconds: 0.01 },
      { name: "evaluate", seconds: 0.08 },
      { name: "build", seconds: 3.91 },
      { name: "activate", seconds: 0.1 },
    ],
    builds: [
      {
        name: "tool",
        version: "2",
        hash: "h",
        seconds: 3.9,
        waiting: 0.2,
        downloads: 1,
        commands: 2,
        files: 0.4,
        store: 0.3,
      },
      {
        name: "other",
        version: null,
        hash: "o",
        seconds: 1.5,
        waiting: 1.5,
        downloads: 0,
        commands: 0,
        files: 0,
        store: 0,
      },
    ],
  });
  assert.deepEqual(timings.lines(), [
    "start        0.010 s",
    "evaluate     0.080 s",
    "build        3.910 s",
    "activate     0.100 s",
    "total        4.100 s",
    "build tool 2: 3.900 s (waiting 0.200 s, downloads 1.000 s, commands 2.000 s, files 0.400 s, store 0.300 s)",
    "build other: 1.500 s (waiting 1.500 s)",
  ]);
});
