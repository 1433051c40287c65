import assert from "node:assert/strict";
import { dirname } from "node:path";
import { makePlan, type PlanOptions } from "../../src/plan/plan.ts";
import { approve } from "../../src/plan/approve.ts";
import type { Current, Observation, PathState, Plan, WantedPath } from "../../src/plan/types.ts";
import { NOTHING } from "../../src/plan/wanted.ts";
import { SysError } from "../../src/errors.ts";

const DIR: PathState = { kind: "dir", mode: 0o755 };
const link = (to: string): PathState => ({ kind: "link", to });
const file = (digest: string, mode = 0o644): PathState => ({ kind: "file", digest, mode });
const kept = (digest: string, mode = 0o644): PathState => ({
  kind: "file",
  digest,
  mode,
  content: `/store/${digest}`,
});

/** A world in few words: what is at which path. Folders above are there unless told. */
interface Case {
  wanted?: Record<string, PathState | Partial<WantedPath> & { state: PathState }>;
  was?: Record<string, PathState>;
  originals?: Record<string, PathState>;
  world?: Record<string, PathState>;
  folders?: string[];
  identical?: Record<string, boolean>;
  replace?: PlanOptions["replace"];
  /** `op target[ drifted]` for each line of the plan. */
  actions?: string[];
  /** `path: before -> after` for each step. */
  steps?: string[];
  unmanaged?: string[];
  blocked?: string[];
  backups?: string[];
  after?: Record<string, string>;
  changes?: boolean;
}

function wantedPath(path: string, given: PathState | Partial<WantedPath>): WantedPath {
  const details = "kind" in given ? { state: given as PathState } : given;
  return {
    path,
    target: path,
    role: "link",
    state: { kind: "absent" },
    pending: false,
    mutable: false,
    force: false,
    by: "test",
    place: null,
    ...details,
  };
}

function planFor(given: Case): Plan {
  const paths = (of: Case["wanted"]) =>
    Object.entries(of ?? {}).map(([path, state]) => wantedPath(path, state));
  const current: Current | null = given.was || given.originals
    ? {
      wanted: { ...NOTHING, paths: paths(given.was) },
      originals: given.originals ?? {},
      settings: {},
      ran: [],
    }
    : null;
  const states = new Map(Object.entries(given.world ?? {}));
  const all = [...Object.keys(given.wanted ?? {}), ...Object.keys(given.was ?? {})];
  for (const path of all) {
    for (let folder = dirname(path); folder !== "/"; folder = dirname(folder)) {
      if (!states.has(folder)) states.set(folder, DIR);
    }
  }
  const entries = new Map<string, string[]>();
  for (const [folder, state] of states) if (state.kind === "dir") entries.set(folder, []);
  for (const [path, state] of states) {
    if (state.kind !== "absent") {
      entries.get(dirname(path))?.push(path.slice(dirname(path).length + 1));
    }
  }
  const observation: Observation = {
    states,
    entries,
    folders: new Set(given.folders ?? []),
    dangling: new Set(),
    identical: new Map(
      Object.entries({
        ...Object.fromEntries(Object.keys(given.world ?? {}).map((path) => [path, false])),
        ...given.identical,
      }),
    ),
    running: new Set(),
    rewritten: new Map(),
    lost: new Map(),
    undone: new Set(),
    settings: new Map(),
  };
  return makePlan({ ...NOTHING, paths: paths(given.wanted) }, current, observation, {
    root: "/root",
    replace: given.replace ?? "none",
    realize: [],
  });
}

function short(state: PathState): string {
  if (state.kind === "link") return `@${state.to}`;
  if (state.kind === "file") return `${state.digest}:${state.mode.toString(8)}`;
  if (state.kind === "dir" && state.mode !== 0o755) return `dir:${state.mode.toString(8)}`;
  return state.kind === "absent" ? "-" : state.kind;
}

function check(name: string, given: Case) {
  Deno.test(`plan: ${name}`, () => {
    const plan = planFor(given);
    const seen = {
      actions: plan.actions.map((one) => `${one.op} ${one.target}${one.drifted ? " drifted" : ""}`),
      steps: plan.steps.map((one) =>
        one.kind === "path" ? `${one.path}: ${short(one.before)} -> ${short(one.after)}` : one.kind
      ),
      unmanaged: plan.unmanaged,
      blocked: plan.blocked.map(({ target, why }) => `${target}: ${why}`),
      backups: plan.backups,
      after: Object.fromEntries(Object.entries(plan.originals).map(([p, s]) => [p, short(s)])),
      changes: plan.changes,
    };
    const { wanted: _w, was: _s, originals: _o, world: _x, folders: _f, ...rest } = given;
    const { identical: _i, replace: _r, ...expected } = rest;
    const defaults = { unmanaged: [], blocked: [], backups: [] };
    for (const [key, value] of Object.entries({ ...defaults, ...expected })) {
      assert.deepEqual(seen[key as keyof typeof seen], value, key);
    }
  });
}

check("nothing wanted, nothing there", { actions: [], steps: [], changes: false });
check("a new link", {
  wanted: { "/h/a": link("/s/a") },
  actions: ["create /h/a"],
  steps: ["/h/a: - -> @/s/a"],
  after: { "/h/a": "-" },
  changes: true,
});
check("a link that is there already", {
  wanted: { "/h/a": link("/s/a") },
  was: { "/h/a": link("/s/a") },
  originals: { "/h/a": file("orig") },
  world: { "/h/a": link("/s/a") },
  actions: ["keep /h/a"],
  steps: [],
  after: { "/h/a": "orig:644" },
  changes: false,
});
check("a link that leads elsewhere now", {
  wanted: { "/h/a": link("/s/b") },
  was: { "/h/a": link("/s/a") },
  world: { "/h/a": link("/s/a") },
  actions: ["update /h/a"],
  steps: ["/h/a: @/s/a -> @/s/b"],
  changes: true,
});
check("a pending update of what is ours", {
  wanted: { "/h/a": { state: link("/syslua-out-x"), pending: true } },
  was: { "/h/a": link("/s/a") },
  world: { "/h/a": link("/s/a") },
  actions: ["update /h/a"],
  changes: true,
});
check("a pending link over an unmanaged file is shown and not asked about yet", {
  wanted: { "/h/a": { state: link("/syslua-out-x"), pending: true } },
  world: { "/h/a": file("u") },
  actions: ["replace /h/a"],
  backups: ["/h/a"],
  changes: true,
});
check("a missing folder is made first, the highest first", {
  wanted: { "/h/x/y/a": link("/s/a"), "/h/x/b": link("/s/b") },
  world: { "/h/x": { kind: "absent" }, "/h/x/y": { kind: "absent" } },
  steps: ["/h/x: - -> dir", "/h/x/y: - -> dir", "/h/x/b: - -> @/s/b", "/h/x/y/a: - -> @/s/a"],
  after: { "/h/x": "-", "/h/x/y": "-", "/h/x/y/a": "-", "/h/x/b": "-" },
});
check("folders that were made go when they are empty, the deepest first", {
  wanted: {},
  was: { "/h/x/y/a": link("/s/a") },
  originals: { "/h/x": { kind: "absent" }, "/h/x/y": { kind: "absent" } },
  world: { "/h/x": DIR, "/h/x/y": DIR, "/h/x/y/a": link("/s/a") },
  actions: ["remove /h/x/y/a"],
  steps: ["/h/x/y/a: @/s/a -> -", "/h/x/y: dir -> -", "/h/x: dir -> -"],
  after: {},
  changes: true,
});
check("folders that were made stay when the user put something in", {
  was: { "/h/x/a": link("/s/a") },
  originals: { "/h/x": { kind: "absent" }, "/h/x/a": { kind: "absent" } },
  world: { "/h/x": DIR, "/h/x/a": link("/s/a"), "/h/x/mine": file("m") },
  steps: ["/h/x/a: @/s/a -> -"],
  after: { "/h/x": "-" },
});
check("folders that the user had stay", {
  was: { "/h/x/a": link("/s/a") },
  originals: { "/h/x/a": { kind: "absent" } },
  world: { "/h/x": DIR, "/h/x/a": link("/s/a") },
  steps: ["/h/x/a: @/s/a -> -"],
});
check("removal brings the original back", {
  was: { "/h/a": link("/s/a") },
  originals: { "/h/a": kept("orig", 0o600) },
  world: { "/h/a": link("/s/a") },
  actions: ["remove /h/a"],
  steps: ["/h/a: @/s/a -> orig:600"],
  after: {},
});
check("removal of a file that the user edited leaves it", {
  was: { "/h/a": kept("ours") },
  originals: { "/h/a": { kind: "absent" } },
  world: { "/h/a": file("edited") },
  actions: ["remove /h/a"],
  steps: [],
  changes: true,
});
check("removal of what the user removed already", {
  was: { "/h/a": link("/s/a") },
  originals: { "/h/a": { kind: "absent" } },
  world: {},
  actions: ["remove /h/a"],
  steps: [],
  changes: true,
});
check("removal brings the original back though the user removed ours", {
  was: { "/h/a": link("/s/a") },
  originals: { "/h/a": kept("orig") },
  world: {},
  steps: ["/h/a: - -> orig:644"],
});
check("the original comes back although its folder is gone", {
  was: { "/h/x/a": link("/s/a") },
  originals: { "/h/x/a": kept("orig") },
  world: { "/h/x": { kind: "absent" } },
  steps: ["/h/x: - -> dir", "/h/x/a: - -> orig:644"],
});
check("an unmanaged file stops the plan", {
  wanted: { "/h/a": link("/s/a") },
  world: { "/h/a": file("u") },
  actions: ["replace /h/a"],
  unmanaged: ["/h/a"],
  backups: ["/h/a"],
  after: { "/h/a": "u:644" },
});
for (
  const [name, extra] of [
    ["with --replace", { replace: "all" as const }],
    ["when named", { replace: new Set(["/h/a"]) }],
    ["with force", { wanted: { "/h/a": { state: link("/s/a"), force: true } } }],
    ["when its content is the same", { identical: { "/h/a": true } }],
  ] as const
) {
  check(`an unmanaged file is replaced ${name}`, {
    wanted: { "/h/a": link("/s/a") },
    world: { "/h/a": file("u", 0o755) },
    actions: ["replace /h/a"],
    steps: ["/h/a: u:755 -> @/s/a"],
    backups: ["/h/a"],
    after: { "/h/a": "u:755" },
    ...extra,
  });
}
check("an unmanaged file is not replaced when another is named", {
  wanted: { "/h/a": link("/s/a") },
  world: { "/h/a": file("u") },
  replace: new Set(["/h/b"]),
  unmanaged: ["/h/a"],
  backups: ["/h/a"],
});
check("an unmanaged link that is as wanted is taken over", {
  wanted: { "/h/a": link("/s/a") },
  world: { "/h/a": link("/s/a") },
  actions: ["keep /h/a"],
  steps: [],
  backups: ["/h/a"],
  after: { "/h/a": "@/s/a" },
  changes: true,
});
check("an unmanaged file that is as wanted is taken over and kept", {
  wanted: { "/h/a": file("same") },
  world: { "/h/a": file("same") },
  actions: ["keep /h/a"],
  steps: [],
  backups: ["/h/a"],
  changes: true,
});
check("an unmanaged dangling link is asked about", {
  wanted: { "/h/a": link("/s/a") },
  world: { "/h/a": link("/nowhere") },
  actions: ["replace /h/a"],
  unmanaged: ["/h/a"],
  backups: ["/h/a"],
  after: { "/h/a": "@/nowhere" },
});
check("what was edited by hand is asked about", {
  wanted: { "/h/a": file("new") },
  was: { "/h/a": kept("old") },
  originals: { "/h/a": { kind: "absent" } },
  world: { "/h/a": file("edited") },
  actions: ["update /h/a drifted"],
  unmanaged: ["/h/a"],
  backups: ["/h/a"],
  after: { "/h/a": "-" },
});
check("a changed mode is drift", {
  wanted: { "/h/a": file("f", 0o644) },
  was: { "/h/a": kept("f", 0o644) },
  world: { "/h/a": file("f", 0o666) },
  replace: "all",
  actions: ["update /h/a drifted"],
  steps: ["/h/a: f:666 -> f:644"],
  backups: ["/h/a"],
});
check("what was removed by hand is made again", {
  wanted: { "/h/a": link("/s/a") },
  was: { "/h/a": link("/s/a") },
  world: {},
  actions: ["create /h/a drifted"],
  steps: ["/h/a: - -> @/s/a"],
});
check("an own file that changes needs no copy of its old content", {
  wanted: { "/h/a": file("new") },
  was: { "/h/a": kept("old") },
  world: { "/h/a": file("old") },
  actions: ["update /h/a"],
  steps: ["/h/a: old:644 -> new:644"],
});
check("a mutable file is the user's to edit", {
  wanted: { "/h/a": { state: file("f"), mutable: true } },
  was: { "/h/a": kept("f") },
  world: { "/h/a": file("edited") },
  actions: ["keep /h/a"],
  steps: [],
  changes: false,
});
check("a mutable file is written where nothing is", {
  wanted: { "/h/a": { state: file("f"), mutable: true } },
  world: {},
  actions: ["create /h/a"],
  steps: ["/h/a: - -> f:644"],
});
check("a mutable file that the user has already is left alone", {
  wanted: { "/h/a": { state: file("f"), mutable: true } },
  world: { "/h/a": file("mine") },
  actions: ["keep /h/a"],
  steps: [],
  backups: ["/h/a"],
});
check("a folder with files blocks", {
  wanted: { "/h/a": { state: link("/s/a"), force: true } },
  world: { "/h/a": DIR, "/h/a/f": file("f") },
  replace: "all",
  actions: [],
  blocked: ["/h/a: a folder with files in it is there"],
  steps: [],
});
check("an empty folder is replaced and comes back", {
  wanted: { "/h/a": link("/s/a") },
  world: { "/h/a": DIR },
  steps: ["/h/a: dir -> @/s/a"],
  backups: ["/h/a"],
  after: { "/h/a": "dir" },
});
check("a socket blocks", {
  wanted: { "/h/a": link("/s/a") },
  world: { "/h/a": { kind: "other" } },
  replace: "all",
  blocked: ["/h/a: neither a file, a folder nor a link can be seen there"],
});
check("a file where a folder should be blocks", {
  wanted: { "/h/a/b/c": link("/s/a") },
  world: { "/h/a": file("f"), "/h/a/b": { kind: "absent" } },
  blocked: ["/h/a/b/c: /h/a is no folder"],
});
check("a dangling link where a folder should be blocks", {
  wanted: { "/h/a/b": link("/s/a") },
  world: { "/h/a": link("/nowhere") },
  blocked: ["/h/a/b: /h/a is a link that leads to no folder"],
});
check("a link to a folder serves as a folder", {
  wanted: { "/h/a/b": link("/s/a") },
  world: { "/h/a": link("/elsewhere") },
  folders: ["/h/a"],
  steps: ["/h/a/b: - -> @/s/a"],
});
check("two wants where one lies in the other", {
  wanted: { "/h/a": link("/s/a"), "/h/a/b": link("/s/b") },
  world: { "/h/a": { kind: "absent" } },
  blocked: ["/h/a/b: /h/a is wanted as a link too"],
});
check("an own link becomes a folder with files in it", {
  wanted: { "/h/a/b": link("/s/b") },
  was: { "/h/a": link("/s/a") },
  originals: { "/h/a": kept("orig") },
  world: { "/h/a": link("/s/a"), "/h/a/b": file("in the store") },
  folders: ["/h/a"],
  actions: ["remove /h/a", "create /h/a/b"],
  steps: ["/h/a: @/s/a -> dir", "/h/a/b: - -> @/s/b"],
  after: { "/h/a": "orig:644", "/h/a/b": "-" },
});
check("an own folder becomes a link", {
  wanted: { "/h/a": link("/s/a") },
  was: { "/h/a/b/c": link("/s/c") },
  originals: { "/h/a": { kind: "absent" }, "/h/a/b": { kind: "absent" } },
  world: { "/h/a": DIR, "/h/a/b": DIR, "/h/a/b/c": link("/s/c") },
  steps: ["/h/a/b/c: @/s/c -> -", "/h/a/b: dir -> -", "/h/a: dir -> @/s/a"],
  after: { "/h/a": "-" },
});
check("a folder turned into by a link, given up, becomes the original again", {
  was: { "/h/a/b": link("/s/b") },
  originals: { "/h/a": kept("orig"), "/h/a/b": { kind: "absent" } },
  world: { "/h/a": DIR, "/h/a/b": link("/s/b") },
  steps: ["/h/a/b: @/s/b -> -", "/h/a: dir -> orig:644"],
  after: {},
});
check("folders with keys are for their owner", {
  wanted: { "/h/.ssh/config": link("/s/a") },
  world: { "/h/.ssh": { kind: "absent" } },
  steps: ["/h/.ssh: - -> dir:700", "/h/.ssh/config: - -> @/s/a"],
  after: { "/h/.ssh": "-", "/h/.ssh/config": "-" },
});
check("the root is not the plan's to make", {
  wanted: { "/root/profile": { state: link("/s/p"), role: "profile" } },
  world: { "/root": { kind: "absent" } },
  steps: ["/root/profile: - -> @/s/p"],
});
check("the profile comes before files, env scripts after", {
  wanted: {
    "/root/env.sh": { state: link("/s/e"), role: "shell" },
    "/h/a": link("/s/a"),
    "/root/profile": { state: link("/s/p"), role: "profile" },
  },
  world: {},
  steps: ["/root/profile: - -> @/s/p", "/h/a: - -> @/s/a", "/root/env.sh: - -> @/s/e"],
});

Deno.test("approve: lists what would be replaced, and says what blocks", () => {
  const ask = planFor({ wanted: { "/h/a": link("/s/a") }, world: { "/h/a": file("u") } });
  assert.throws(
    () => approve(ask),
    (error) =>
      error instanceof SysError && error.kind === "unmanaged" && error.notes.includes("/h/a"),
  );
  const blocked = planFor({
    wanted: { "/h/a": link("/s/a") },
    world: { "/h/a": { kind: "other" } },
  });
  assert.throws(
    () => approve(blocked),
    (error) => error instanceof SysError && error.kind === "activation",
  );
  approve(planFor({ wanted: { "/h/a": link("/s/a") } }));
});
