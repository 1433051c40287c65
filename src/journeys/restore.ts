/** Takes an old snapshot, or none, makes the machine what it was then. Never builds, never uses the network. */
import { perform, type Provenance } from "../activation/perform.ts";
import type { Machine } from "../machine/open.ts";
import { respelled, spellingOf } from "../activation/spelling.ts";
import { approve } from "../plan/approve.ts";
import type { Difference } from "../plan/difference.ts";
import { decided, type Decision, proposal } from "../plan/proposal.ts";
import type { Plan, Step } from "../plan/types.ts";
import { NOTHING } from "../plan/wanted.ts";
import { chooseSnapshot, previousSnapshot } from "../snapshot/choose.ts";
import { readCurrent } from "../snapshot/history.ts";
import type { Original } from "../snapshot/originals.ts";
import type { Snapshot } from "../snapshot/types.ts";
import { refuseChanged } from "../store/changes.ts";
import { editedFiles, keepEdits } from "./edits.ts";
import { lookAt } from "./propose.ts";
import { revalidate } from "./revalidate.ts";

export interface RestoreRequest {
  /** Only plan. */
  readonly dryRun: boolean;
  /** Shown the plan before anything changes; says what may be replaced, and may throw to stop. */
  decide(plan: Plan): Promise<Decision>;
  /** Shown what is not any more as the plan had it; says whether to plan anew. Without it the command stops. */
  onStale?(differences: readonly Difference[]): Promise<boolean>;
  readonly signal: AbortSignal;
  readonly onStep?: (step: Step | null) => void;
}

/** What came of it. */
export interface Restored {
  readonly plan: Plan;
  /** Null for a dry run, and when nothing changed. */
  readonly snapshot: Snapshot | null;
  /** What of the user's was set aside. */
  readonly kept: readonly Original[];
  /** The snapshot that was gone back to; null for what was there before sys.lua. */
  readonly to: Snapshot | null;
}

/** Goes back to a snapshot, or to the one before. Call it with the exclusive lock held (shared for a dry run). */
export async function rollback(
  machine: Machine,
  named: string | undefined,
  request: RestoreRequest,
): Promise<Restored> {
  const { system, root, store } = machine;
  const to = named === undefined
    ? previousSnapshot(system.fs, root)
    : chooseSnapshot(system.fs, root, named);
  refuseChanged(store, to.wanted.objects, `go back to snapshot ${to.number} with`);
  const provenance: Provenance = {
    description: `rollback to ${to.number}`,
    config: to.config,
    lock: to.lock,
    derivations: to.derivations,
    restores: to.restores ?? to.number,
  };
  return { ...await restore(machine, to, provenance, request), to };
}

/** Whether the history has to move: another snapshot's state may be what is on the disk already. */
function isElsewhere(current: Snapshot | null, restores: Provenance["restores"]): boolean {
  return restores !== null && current !== null && restores !== (current.restores ?? current.number);
}

/** Returns everything to what was there before sys.lua. Call it with the exclusive lock held (shared for a dry run). */
export async function destroy(machine: Machine, request: RestoreRequest): Promise<Restored> {
  const provenance: Provenance = {
    description: "destroy",
    config: { path: null, source: null },
    lock: null,
    derivations: [],
    restores: null,
  };
  return {
    ...await restore(machine, { wanted: NOTHING, originals: {} }, provenance, request),
    to: null,
  };
}

async function restore(
  machine: Machine,
  to: Pick<Snapshot, "wanted" | "originals">,
  provenance: Provenance,
  request: RestoreRequest,
): Promise<Omit<Restored, "to">> {
  const { system, store, root, adapters } = machine;
  const current = readCurrent(system.fs, root);
  const spelling = spellingOf(system.fs, current);
  const wanted = respelled(spelling, to.wanted);
  const agreed = Object.fromEntries(
    Object.entries(to.originals).map(([path, state]) => [spelling(path), state]),
  );
  const propose = async () => {
    machine.onPhase("plan");
    const world = await lookAt(machine, wanted, current);
    return proposal(wanted, current, world, { root, replace: "none", agreed, realize: [] });
  };
  const shown = await propose();
  if (request.dryRun) return { plan: shown.plan, snapshot: null, kept: [] };
  machine.onPhase("ask");
  const approved = decided(shown, await request.decide(shown.plan));
  approve(approved.plan);
  const revalidated = await revalidate(machine, approved, {
    built: () => Promise.resolve(wanted),
    propose,
    decide: ({ plan }) => request.decide(plan),
    onStale: (differences) => request.onStale?.(differences) ?? Promise.resolve(false),
  });
  const { plan } = revalidated;
  const edits = keepEdits(machine, editedFiles(machine, current), current);
  const changes = plan.changes || isElsewhere(current, provenance.restores);
  machine.onPhase("activate");
  const { snapshot, kept } = await perform(system, store, {
    root,
    plan: { ...plan, changes },
    wanted: revalidated.wanted,
    provenance,
    adapters,
    signal: request.signal,
    onStep: request.onStep,
  });
  return { plan, snapshot, kept: [...edits, ...kept] };
}
