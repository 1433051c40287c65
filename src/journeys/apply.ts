/** The whole journey: takes a config, makes the machine match it, gives the Snapshot. */
import { materialize } from "../activation/materialize.ts";
import { perform } from "../activation/perform.ts";
import { storeConfigFiles } from "./config_files.ts";
import { provenanceOf } from "./provenance.ts";
import { evaluateConfig, type Evaluated, type EvaluationRequest } from "./evaluate.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { approve } from "../plan/approve.ts";
import type { Plan, Step } from "../plan/types.ts";
import { together, withoutTargets } from "../plan/wanted.ts";
import { type Decision, planFor, type Proposal, propose, UNDECIDED } from "./propose.ts";
import { type BuildSettings, realizeFrom } from "./build.ts";
import { protectObjects } from "../machine/protection.ts";
import { missingObjects } from "./status.ts";
import { addSources, checkObjects, flushNames } from "./sources.ts";
import type { Snapshot } from "../snapshot/types.ts";

export interface ApplyRequest extends EvaluationRequest {
  /** Shown the plan before anything changes; says what may be replaced, and may throw to stop. */
  decide(proposal: Proposal, evaluated: Evaluated): Promise<Decision | "evaluate again">;
  /** Asked for once it is known what there is to build. */
  build(plan: Plan): BuildSettings;
  readonly description: string;
  readonly onStep?: (step: Step, index: number, total: number) => void;
}

/** What came of it. */
export interface Applied {
  /** As it was done: what was built may have turned out to be what was there. */
  readonly plan: Plan;
  /** Null when nothing changed. */
  readonly snapshot: Snapshot | null;
}

/** How often a config may be changed by the answers to questions about it. */
const MOST_EVALUATIONS = 10;

/** Applies a config. Call it with the exclusive lock held. */
export async function apply(machine: Machine, request: ApplyRequest): Promise<Applied> {
  for (let evaluations = 1; evaluations < MOST_EVALUATIONS; evaluations++) {
    const applied = await applyOnce(machine, request);
    if (applied !== "evaluate again") return applied;
  }
  throw new SysError("config", "Cannot apply: the config does not come to rest");
}

async function applyOnce(
  machine: Machine,
  request: ApplyRequest,
): Promise<Applied | "evaluate again"> {
  const evaluated = await evaluateConfig(machine, request);
  try {
    const first = await propose(machine, evaluated, UNDECIDED);
    const decision = await request.decide(first, evaluated);
    if (decision === "evaluate again") return decision;
    const decided = decision === UNDECIDED ? first : await propose(machine, evaluated, decision);
    approve(decided.plan);
    const whole = decided.current === null || missingObjects(machine, decided.current).length === 0;
    if (whole && !decided.plan.changes && decided.plan.steps.length === 0) {
      return { plan: decided.plan, snapshot: null };
    }
    const { plan } = decided;
    const hashes = plan.realize.map(({ hash }) => hash);
    await realizeFrom(machine, evaluated, hashes, request.build(plan));
    addSources(machine, evaluated, decided.activations);
    const done = await activate(machine, evaluated, decision, request);
    return { plan: { ...done.plan, realize: plan.realize }, snapshot: done.snapshot };
  } finally {
    evaluated.recipes.close();
  }
}

/** With everything built, plans once more (now every path is known) and does it. */
async function activate(
  machine: Machine,
  evaluated: Evaluated,
  decision: Decision,
  request: ApplyRequest,
): Promise<Applied> {
  const { system, store, root, adapters } = machine;
  const proposal: Proposal = await propose(machine, evaluated, decision);
  const { fs } = system;
  const wanted = together(proposal.bounds.map((bound) => materialize(fs, store, bound)));
  await protectObjects(machine, checkObjects(store, wanted.objects, proposal.current));
  flushNames(machine);
  const plan = await planFor(machine, wanted, proposal.current, { decision });
  approve(plan);
  const outcome = await perform(system, store, {
    root,
    plan,
    wanted: withoutTargets(wanted, decision.skip),
    adapters,
    provenance: provenanceOf(
      machine,
      evaluated,
      proposal.activations,
      request.description,
      plan.changes ? storeConfigFiles(machine, evaluated.files) : null,
    ),
    signal: request.signal,
    onStep: request.onStep,
  });
  return { plan, snapshot: outcome.snapshot };
}
