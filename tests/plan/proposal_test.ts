/** A plan that was shown can be decided about and filled in, and in no other way made different. */
import assert from "node:assert/strict";
import { decided, fill, type Proposal, proposal, UNDECIDED } from "../../src/plan/proposal.ts";
import type {
  Observation,
  PathState,
  Wanted,
  WantedPath,
  WantedRun,
  WantedService,
} from "../../src/plan/types.ts";
import { NOTHING } from "../../src/plan/wanted.ts";

const PENDING: PathState = { kind: "link", to: "(not built yet)" };
const ABSENT: PathState = { kind: "absent" };
const FOLDER: PathState = { kind: "dir", mode: 0o755 };
const link = (to: string): PathState => ({ kind: "link", to });
const file = (digest: string): PathState => ({ kind: "file", digest, mode: 0o644 });

function path(path: string, state: PathState, details: Partial<WantedPath> = {}): WantedPath {
  return {
    path,
    target: path,
    role: "link",
    state,
    pending: state === PENDING,
    mutable: false,
    force: false,
    by: "test",
    place: null,
    ...details,
  };
}

const service: WantedService = {
  name: "web",
  user: true,
  unit: "/h/web.service",
  digest: "",
  order: 0,
  by: "web",
  place: null,
};

function run(command: string, pending = false): WantedRun {
  const details = { check: null, undo: null, on: "change", order: 0, place: null } as const;
  return { id: command, command, pending, by: "run", ...details };
}

function wanted(...parts: readonly Partial<Wanted>[]): Wanted {
  return Object.assign({ ...NOTHING }, ...parts);
}

function world(
  states: Readonly<Record<string, PathState>>,
  more: Partial<Observation> = {},
): Observation {
  return {
    states: new Map(Object.entries({ "/": FOLDER, "/h": FOLDER, ...states })),
    entries: new Map(),
    folders: new Set(),
    dangling: new Set(),
    rewritten: new Map(),
    lost: new Map(),
    identical: new Map(),
    running: new Set(),
    undone: new Set(),
    settings: new Map(),
    ...more,
  };
}

function shown(some: Wanted, now: Observation): Proposal {
  return proposal(some, null, now, { root: "/h/root", replace: "none", realize: [] });
}

/** Case → what is wanted and there when the plan is made, the same after the builds, and what is named. */
const MOVED: Readonly<
  Record<string, readonly [Wanted, Observation, Wanted | null, Observation | null, string[]]>
> = {
  "nothing": [wanted({ paths: [path("/h/a", link("/s"))] }), world({}), null, null, []],
  "a file appeared": [
    wanted({ paths: [path("/h/a", link("/s"))] }),
    world({ "/h/a": ABSENT }),
    null,
    world({ "/h/a": file("mine") }),
    ["/h/a: was nothing, is a file (mode 644, sha256 mine…)"],
  ],
  "a folder that was to be made is there": [
    wanted({ paths: [path("/h/new/a", link("/s"))] }),
    world({ "/h/new": ABSENT, "/h/new/a": ABSENT }),
    null,
    world({ "/h/new": FOLDER, "/h/new/a": ABSENT }),
    [],
  ],
  "a folder that was to be made is a link": [
    wanted({ paths: [path("/h/new/a", link("/s"))] }),
    world({ "/h/new": ABSENT, "/h/new/a": ABSENT }),
    null,
    world({ "/h/new": link("/elsewhere"), "/h/new/a": ABSENT }),
    ["/h/new: was nothing, is a link to /elsewhere"],
  ],
  "the mode of a folder": [
    wanted({ paths: [path("/h/a", link("/s"))] }),
    world({ "/h": { kind: "dir", mode: 0o755 } }),
    null,
    world({ "/h": { kind: "dir", mode: 0o700 } }),
    [],
  ],
  "a socket stays": [
    wanted({ paths: [path("/h/a", link("/s"))] }),
    world({ "/h/a": { kind: "other" } }),
    null,
    world({ "/h/a": { kind: "other" } }),
    [],
  ],
  "what is wanted is another": [
    wanted({ paths: [path("/h/a", file("1"), { role: "copy" })] }),
    world({}),
    wanted({ paths: [path("/h/a", file("2"), { role: "copy" })] }),
    null,
    ["/h/a: was a file (mode 644, sha256 1…), is a file (mode 644, sha256 2…)"],
  ],
  "more is wanted": [
    wanted({}),
    world({}),
    wanted({ paths: [path("/h/a", link("/s"))] }),
    null,
    ["/h/a: was nothing, is a link to /s"],
  ],
  "less is wanted": [
    wanted({ paths: [path("/h/a", link("/s"))] }),
    world({}),
    wanted({}),
    null,
    ["/h/a: was a link to /s, is nothing"],
  ],
  "a pending path is filled": [
    wanted({ paths: [path("/h/a", PENDING)] }),
    world({}),
    wanted({ paths: [path("/h/a", link("/s"))] }),
    null,
    [],
  ],
  "a pending copy is a folder": [
    wanted({ paths: [path("/h/a", PENDING, { role: "copy" })] }),
    world({}),
    wanted({ paths: [path("/h/a/x", file("1")), path("/h/a/y", file("2"))] }),
    null,
    [],
  ],
  "beside a pending copy": [
    wanted({ paths: [path("/h/a", PENDING, { role: "copy" })] }),
    world({}),
    wanted({ paths: [path("/h/ab", file("1"))] }),
    null,
    ["/h/ab: was nothing, is a file (mode 644, sha256 1…)"],
  ],
  "a pending command": [
    wanted({ runs: [run("<d>/x", true)] }),
    world({}),
    wanted({ runs: [run("/s/x")] }),
    null,
    [],
  ],
  "another command": [
    wanted({ runs: [run("a")] }),
    world({}),
    wanted({ runs: [run("b")] }),
    null,
    ["a command of run: was wanted as the plan says, is wanted otherwise"],
  ],
  "a service whose unit is pending": [
    wanted({ paths: [path(service.unit, PENDING)], services: [service] }),
    world({}),
    wanted({ paths: [path(service.unit, file("1"))], services: [{ ...service, digest: "1" }] }),
    null,
    [],
  ],
  "a service whose unit is not": [
    wanted({ services: [service] }),
    world({}),
    wanted({ services: [{ ...service, digest: "1" }] }),
    null,
    ["service web: was wanted as the plan says, is wanted otherwise"],
  ],
  "a service that stopped": [
    wanted({ services: [service] }),
    world({}, { running: new Set(["user:web"]) }),
    null,
    world({}),
    ["service web: was running, is not running"],
  ],
  "a setting": [
    wanted({ settings: [{ kind: "defaults", key: "k", value: 1, by: "s", place: null }] }),
    world({}, { settings: new Map([["defaults:k", { value: { a: 1, b: 2 } }]]) }),
    null,
    world({}, { settings: new Map([["defaults:k", { value: 3 }]]) }),
    ['k: was {"a":1,"b":2}, is 3'],
  ],
  "what a check says is not asked again": [
    wanted({ runs: [run("a")] }),
    world({}, { undone: new Set(["a"]) }),
    null,
    world({}),
    [],
  ],
};

for (const [name, [some, before, built, after, expected]] of Object.entries(MOVED)) {
  Deno.test(`moved: ${name}`, () => {
    const filled = fill(shown(some, before), built ?? some, after ?? before);
    const found = filled.kind === "stale" ? filled.differences : [];
    assert.deepEqual(found.map(({ what, was, is }) => `${what}: was ${was}, is ${is}`), expected);
  });
}

Deno.test("a folder that goes has got something in it", () => {
  const made = { "/h/made": FOLDER };
  const current = { wanted: NOTHING, originals: { "/h/made": ABSENT }, settings: {}, ran: [] };
  const options = { root: "/h/root", replace: "none", realize: [] } as const;
  const empty = world(made, { entries: new Map([["/h/made", []]]) });
  const before = proposal(NOTHING, current, empty, options);
  assert.equal(before.plan.steps.length, 1);
  const now = world(made, { entries: new Map([["/h/made", ["own"]]]) });
  const filled = fill(before, NOTHING, now);
  assert.ok(filled.kind === "stale");
  assert.deepEqual(filled.differences, [
    { what: "/h/made", was: "a folder with nothing in it", is: "one with own" },
  ]);
});

Deno.test("a plan without anything pending stays the very same", () => {
  const some = wanted({ paths: [path("/h/a", link("/s"))] });
  const before = shown(some, world({}));
  const filled = fill(before, structuredClone(some), world({}));
  assert.ok(filled.kind === "filled");
  assert.equal(filled.proposal, before);
});

Deno.test("what is built may turn out to be what is there", () => {
  const before = shown(
    wanted({ paths: [path("/h/a", PENDING)] }),
    world({ "/h/a": link("/s") }),
  );
  assert.equal(before.plan.changes, true);
  const there = world({ "/h/a": link("/s") });
  const filled = fill(before, wanted({ paths: [path("/h/a", link("/s"))] }), there);
  assert.ok(filled.kind === "filled");
  assert.deepEqual(filled.proposal.plan.steps, []);
});

Deno.test("answers are put into the plan, for the same world, and stay when it is filled", () => {
  const states = { "/h/a": file("mine"), "/h/b": file("mine") };
  const now = world(states, { identical: new Map([["/h/a", false], ["/h/b", false]]) });
  const [a, b, c] = ["/h/a", "/h/b", "/h/c"].map((one) => path(one, link("/s")));
  const before = shown(wanted({ paths: [a, b, path("/h/c", PENDING)] }), now);
  assert.deepEqual(before.plan.unmanaged, ["/h/a", "/h/b"]);
  assert.equal(decided(before, UNDECIDED), before);
  const skipped = decided(before, { replace: "none", skip: new Set(["/h/a"]) });
  assert.deepEqual(skipped.plan.unmanaged, ["/h/b"]);
  const both = decided(skipped, { replace: new Set(["/h/b"]), skip: new Set() });
  assert.deepEqual(both.plan.unmanaged, []);
  assert.equal(both.world, now);
  const filled = fill(both, wanted({ paths: [a, b, c] }), now);
  assert.ok(filled.kind === "filled");
  assert.deepEqual(filled.proposal.plan.unmanaged, []);
  assert.deepEqual(filled.proposal.plan.steps.map((step) => step.kind === "path" && step.path), [
    "/h/b",
    "/h/c",
  ]);
  assert.deepEqual(filled.proposal.wanted.paths.map(({ target }) => target), ["/h/b", "/h/c"]);
});

Deno.test("what is skipped is not managed, and the service of a skipped unit is left as it is", () => {
  const unit = path("/h/web.service", file("new"), { role: "unit" });
  const some = wanted({ paths: [unit, path("/h/a", link("/s/a"))], services: [service] });
  const skip = { replace: "none" as const, skip: new Set(["/h/web.service"]) };
  const untouched = ({ plan, wanted }: Proposal) => {
    assert.deepEqual(wanted.paths.map(({ path }) => path), ["/h/a"]);
    assert.deepEqual(wanted.services, []);
    assert.deepEqual(plan.steps.filter(({ kind }) => kind === "service"), []);
    assert.deepEqual(plan.unmanaged, []);
  };
  // One of the user's own, and one that sys.lua had put there and that was edited since.
  const now = world({ "/h/web.service": file("edited") }, { running: new Set(["user:web"]) });
  untouched(decided(shown(some, now), skip));
  const was = { ...unit, state: file("old") };
  const current = { wanted: wanted({ paths: [was], services: [service] }), originals: {} };
  const before = proposal(some, { ...current, settings: {}, ran: [] }, now, {
    ...{ root: "/h/root", replace: "none", realize: [] },
  });
  assert.deepEqual(before.plan.unmanaged, ["/h/web.service"]);
  const after = decided(before, skip);
  untouched(after);
  // Nor is it touched when what was built is filled in.
  const filled = fill(after, some, now);
  assert.equal(filled.kind, "filled");
  if (filled.kind === "filled") untouched(filled.proposal);
});
