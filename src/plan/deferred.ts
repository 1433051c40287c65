/** Takes the services and commands that are wanted, gives what is done with them before and after the paths
 * change. */
import type {
  Current,
  Observation,
  PlannedAction,
  Step,
  Wanted,
  WantedRun,
  WantedService,
} from "./types.ts";
import { shellWord } from "../manifest/shell_word.ts";

/** Steps around the path steps. */
export interface Deferred {
  readonly first: readonly Step[];
  readonly last: readonly Step[];
  readonly actions: readonly PlannedAction[];
  /** By `service:<key>`: whether a service of that name ran before sys.lua first touched its unit, or was disabled. */
  readonly originals: Readonly<Record<string, Before>>;
  /** Whether any of it is a change, other than a command that runs at every apply. */
  readonly changes: boolean;
}

/** Services that go or change stop first; those that come or changed start last, among the commands at their
 * place, after those that ran before sys.lua took their name. Commands that are not wanted any more are undone first too, so that what replaces them has the last word.
 * @param moved paths that change, units among them */
export function deferSteps(
  wanted: Wanted,
  current: Current | null,
  world: Observation,
  moved: ReadonlySet<string>,
): Deferred {
  const services = planServices(wanted, current, world, moved);
  const runs = planRuns(wanted, current, world);
  const last = [...services.start, ...runs.run].sort((a, b) => a.order - b.order);
  return {
    first: [...services.stop, ...runs.undo],
    last: [...services.former, ...last.map(({ step }) => step)],
    actions: [...services.actions, ...runs.actions],
    originals: services.originals,
    changes: services.stop.length > 0 || services.start.length > 0 || runs.changes,
  };
}

type Before = boolean | "disabled";

interface Ordered {
  readonly order: number;
  readonly step: Step;
}

function planServices(
  wanted: Wanted,
  current: Current | null,
  world: Observation,
  moved: ReadonlySet<string>,
) {
  const stop: Step[] = [], former: Step[] = [];
  const start: Ordered[] = [], actions: PlannedAction[] = [];
  const originals: Record<string, Before> = {};
  const was = new Map((current?.wanted.services ?? []).map((one) => [keyOf(one), one]));
  const step = (
    op: "stop" | "start",
    { name, user, account, unit, by }: WantedService,
    before: Before = false,
  ): Step => ({
    kind: "service",
    op,
    name,
    user,
    ...(account ? { account } : {}),
    unit,
    ...(before === "disabled" ? { disable: true } : {}),
    by,
  });
  const beforeOf = (service: WantedService): Before => {
    const found = current?.settings[`service:${keyOf(service)}`];
    return found === true || found === "disabled" ? found : false;
  };
  for (const service of wanted.services) {
    const before = was.get(keyOf(service));
    was.delete(keyOf(service));
    const original = `service:${keyOf(service)}`;
    originals[original] = before ? beforeOf(service) : stateOf(service, world);
    const say = (op: PlannedAction["op"], drifted = false) =>
      actions.push({
        op,
        kind: "service",
        target: service.name,
        ...(drifted ? { drifted: true, note: "not running" } : {}),
      });
    if (!before) {
      say("create");
      // One of that name runs, which is the user's: it makes way, and comes back when ours goes.
      if (originals[original] === true) stop.push(step("stop", service));
    } else if (before.unit !== service.unit || moved.has(service.unit)) {
      say("update");
      stop.push(step("stop", before));
    } else if (!world.running.has(keyOf(service))) {
      say("update", true);
    } else {
      say("keep");
      continue;
    }
    const first = before ? false : originals[original];
    start.push({ order: service.order, step: step("start", service, first) });
  }
  for (const service of was.values()) {
    actions.push({ op: "remove", kind: "service", target: service.name });
    stop.push(step("stop", service, beforeOf(service)));
    if (beforeOf(service) === true) {
      former.push(step("start", service));
    }
  }
  return { stop, start, former, originals, actions };
}

function stateOf(service: WantedService, { running, disabled }: Observation): Before {
  const key = keyOf(service);
  return running.has(key) || (disabled?.has(key) ? "disabled" : false);
}

function planRuns(wanted: Wanted, current: Current | null, world: Observation) {
  const run: Ordered[] = [], undo: Step[] = [], actions: PlannedAction[] = [];
  const ran = new Set(current?.ran ?? []);
  let changes = false;
  for (const one of wanted.runs) {
    const drifted = ran.has(one.id) && world.undone.has(one.id);
    const done = ran.has(one.id) && !drifted;
    if (done && one.on === "change") {
      actions.push({ op: "keep", kind: "run", target: wordsOf(one) });
      continue;
    }
    changes ||= !done;
    actions.push({
      op: done ? "update" : "create",
      kind: "run",
      target: wordsOf(one),
      ...(drifted ? { drifted } : {}),
      ...(done ? { note: "runs at every apply" } : {}),
      ...(one.undo === null && !done ? { note: "cannot be undone" } : {}),
    });
    const { command, check, undo, account, by } = one;
    const step: Step = {
      kind: "run",
      command,
      check,
      undo,
      ...(account ? { account } : {}),
      by,
    };
    run.push({ order: one.order, step });
  }
  const kept = new Set(wanted.runs.map((one) => one.id));
  for (const one of [...current?.wanted.runs ?? []].reverse()) {
    if (kept.has(one.id) || !ran.has(one.id)) continue;
    changes = true;
    actions.push({
      op: "remove",
      kind: "run",
      target: wordsOf(one),
      note: one.undo === null ? "cannot be undone" : `undone by ${one.undo}`,
    });
    if (one.undo === null) continue;
    const again = typeof one.command === "string"
      ? one.command
      : one.command.map(shellWord).join(" ");
    const { account, by } = one;
    undo.push({
      kind: "run",
      command: one.undo,
      check: null,
      undo: again,
      ...(account ? { account } : {}),
      by,
    });
  }
  return { run, undo, actions, changes };
}

/** `system:<name>`, `user:<name>`, or `user:<account>/<name>`: the same name may be all of them. */
export function keyOf(service: Pick<WantedService, "name" | "user" | "account">): string {
  const { name, user, account } = service;
  if (!user) return `system:${name}`;
  return account ? `user:${account.name}/${name}` : `user:${name}`;
}

function wordsOf(run: WantedRun): string {
  return typeof run.command === "string" ? run.command : run.command.join(" ");
}
