/** What is done with services before and after the paths change: one that was the user's makes way, and is as it was
 * afterwards. */
import assert from "node:assert/strict";
import { deferSteps } from "../../src/plan/deferred.ts";
import type { Current, Observation, Wanted, WantedService } from "../../src/plan/types.ts";
import { NOTHING } from "../../src/plan/wanted.ts";

const SERVICE: WantedService = {
  ...{ name: "web", user: true, unit: "/h/web.service", digest: "", order: 0 },
  ...{ by: "web", place: null },
};
const WANTED: Wanted = { ...NOTHING, services: [SERVICE] };
const KEY = "user:web";

type Before = boolean | "disabled";

/** Whose steps they are, without what does not differ: `stop web`, `start web, disabled again`. */
function steps(wanted: Wanted, before: Before | null, running: boolean, moved: string[] = []) {
  const found = new Set(running ? [KEY] : []);
  const disabled = new Set(before === "disabled" ? [KEY] : []);
  const world = { running: found, disabled, undone: new Set() } as unknown as Observation;
  const settings = { [`service:${KEY}`]: before };
  const current = before === null
    ? null
    : { wanted: WANTED, settings, originals: {}, ran: [] } as unknown as Current;
  const { first, last, originals } = deferSteps(wanted, current, world, new Set(moved));
  const words = [...first, ...last].map((step) =>
    step.kind === "service" ? `${step.op}${step.disable ? ", disabled again" : ""}` : step.kind
  );
  return { words, original: originals[`service:${KEY}`] };
}

Deno.test("services: one of that name that runs makes way, and what it was is kept", () => {
  assert.deepEqual(steps(WANTED, null, true), { words: ["stop", "start"], original: true });
  assert.deepEqual(steps(WANTED, null, false), { words: ["start"], original: false });
});

Deno.test("services: when ours goes, what ran before it comes back", () => {
  assert.deepEqual(steps(NOTHING, true, true).words, ["stop", "start"]);
  assert.deepEqual(steps(NOTHING, false, true).words, ["stop"]);
  assert.deepEqual(steps(NOTHING, "disabled", true).words, ["stop, disabled again"]);
});

Deno.test("services: one whose unit is another now is stopped first, whatever it was before ours", () => {
  for (const before of [true, false, "disabled"] as const) {
    const found = steps(WANTED, before, true, [SERVICE.unit]);
    assert.deepEqual(found, { words: ["stop", "start"], original: before });
  }
});

Deno.test("services: one that runs as it shall is left alone, one that does not is started", () => {
  assert.deepEqual(steps(WANTED, false, true).words, []);
  assert.deepEqual(steps(WANTED, false, false).words, ["start"]);
});
