/** The whole journey: takes a config, makes the machine match it, gives the Snapshot. */
import { materialize } from "../activation/materialize.ts";
import { respelled, spellingOf } from "../activation/spelling.ts";
import { perform } from "../activation/perform.ts";
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { protectObjects } from "../machine/protection.ts";
import { approve } from "../plan/approve.ts";
import type { Difference } from "../plan/difference.ts";
import { decided, leftPaths } from "../plan/proposal.ts";
import type { Plan, Step, Wanted } from "../plan/types.ts";
import { objectsOf, together } from "../plan/wanted.ts";
import type { Original } from "../snapshot/originals.ts";
import type { Snapshot } from "../snapshot/types.ts";
import type { ChangedFile } from "../store/changes.ts";
import type { ObjectName } from "../store/names.ts";
import { allOutputs, type BuildSettings, outputsUsed, realizeFrom, unrealized } from "./build.ts";
import { reclaim, WORTH_RECLAIMING } from "../system/reclaim.ts";
import { checkObjects } from "./check_objects.ts";
import { storeConfigFiles } from "./config_files.ts";
import { editedFiles, withEditsKept } from "./edits.ts";
import { evaluateConfig, type Evaluated, type EvaluationRequest } from "./evaluate.ts";
import { flushNames } from "./flush_names.ts";
import { bindAll, type ConfigProposal, type Decision, propose } from "./propose.ts";
import { provenanceOf } from "./provenance.ts";
import { revalidate } from "./revalidate.ts";
import { storeSources } from "./sources.ts";
import { missingObjects } from "./status.ts";

export interface ApplyRequest extends EvaluationRequest {
  /** Shown the plan before anything changes; says what may be replaced, and may throw to stop. */
  decide(proposal: ConfigProposal, evaluated: Evaluated): Promise<Decision | "evaluate again">;
  /** Shown what is not any more as the plan had it; says whether to plan anew. Without it the apply stops. */
  onStale?(differences: readonly Difference[]): Promise<boolean>;
  /** Asked for once it is known what there is to build. */
  build(plan: Plan): BuildSettings;
  readonly description: string;
  readonly onStep?: (step: Step | null) => void;
}

/** What came of it. */
export interface Applied {
  /** As it was done: what was built may have turned out to be what was there. */
  readonly plan: Plan;
  /** Null when nothing changed. */
  readonly snapshot: Snapshot | null;
  /** What of the user's was set aside. */
  readonly kept: readonly Original[];
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
    evaluated.keep();
    if (evaluated.manifest.derivations.length === 0) await endRecipes(machine, evaluated);
    const shown = await propose(machine, evaluated);
    machine.onPhase("ask");
    const decision = await request.decide(shown, evaluated);
    machine.onPhase("plan");
    if (decision === "evaluate again") return decision;
    const approved = decided(shown, decision);
    approve(approved.plan);
    const edited = editsToKeep(machine, approved);
    if (edited.length === 0 && nothingToDo(machine, approved)) {
      return { plan: approved.plan, snapshot: null, kept: [] };
    }
    return await withEditsKept(machine, edited, approved.current, async (machine, kept) => {
      await realizeAll(machine, evaluated, approved, request.build(approved.plan));
      const applied = await activate(machine, evaluated, approved, request);
      if (applied === "evaluate again") return applied;
      return { ...applied, kept: [...kept, ...applied.kept] };
    });
  } finally {
    evaluated.recipes.close();
  }
}

/** What was edited through links, but for what is to be left as it is. */
function editsToKeep(machine: Machine, { current, skipped }: ConfigProposal): ChangedFile[] {
  const left =
    current?.wanted.paths.flatMap(({ target, state }) =>
      skipped.has(target) && state.kind === "link" ? [state.to] : []
    ) ?? [];
  return editedFiles(machine, current).filter(({ path }) =>
    !left.some((to) => `${path}/`.startsWith(`${to}/`))
  );
}

function nothingToDo(machine: Machine, { plan, current }: ConfigProposal): boolean {
  const whole = current === null || missingObjects(machine, current).length === 0;
  return whole && !plan.changes && plan.steps.length === 0;
}

/** Stores the sources first, so that nothing that is edited while builds run gets into them. */
async function realizeAll(
  machine: Machine,
  evaluated: Evaluated,
  { plan, activations }: ConfigProposal,
  settings: BuildSettings,
): Promise<void> {
  const hashes = plan.realize.map(({ hash }) => hash);
  const { manifest } = evaluated;
  const derivations = unrealized(machine, manifest, allOutputs(manifest, hashes));
  const how = { ...settings, needed: outputsUsed(manifest, activations) };
  storeSources(machine, evaluated, activations, derivations);
  await realizeFrom(machine, evaluated, hashes, how);
  await endRecipes(machine, evaluated);
}

/** Nothing will be built any more: the memory of Lua is for what comes next. */
async function endRecipes({ system }: Machine, { recipes }: Evaluated): Promise<void> {
  if (recipes.close() >= WORTH_RECLAIMING) await reclaim(system.clock);
}

/** With everything built, does what the plan says. */
async function activate(
  machine: Machine,
  evaluated: Evaluated,
  approved: ConfigProposal,
  request: ApplyRequest,
): Promise<Applied | "evaluate again"> {
  const revalidated = await revalidate(machine, approved, {
    built: (proposal) => built(machine, evaluated, proposal),
    propose: () => propose(machine, evaluated),
    decide: (proposal) => request.decide(proposal, evaluated),
    onStale: (differences) => request.onStale?.(differences) ?? Promise.resolve(false),
  });
  if (revalidated === "evaluate again") return revalidated;
  const { plan, wanted, activations } = revalidated;
  const source = plan.changes ? storeConfigFiles(machine, evaluated.files) : null;
  machine.onPhase("activate");
  flushNames(machine);
  const outcome = await perform(machine.system, machine.store, {
    root: machine.root,
    plan,
    wanted,
    adapters: machine.adapters,
    provenance: provenanceOf(machine, evaluated, activations, request.description, source),
    signal: request.signal,
    onStep: request.onStep,
  });
  return { plan: { ...plan, realize: approved.plan.realize }, ...outcome };
}

/** What is wanted, with all of it in the store. */
async function built(
  machine: Machine,
  evaluated: Evaluated,
  proposal: ConfigProposal,
): Promise<Wanted> {
  const { plan, bounds, current } = proposal;
  const { system: { fs }, store } = machine;
  const known = plan.realize.length > 0 ? await bindAll(machine, evaluated) : bounds;
  const whole = together(known.map((bound) => materialize(fs, store, bound)));
  const wanted = respelled(spellingOf(fs, current), whole);
  const left = onlyLeft(proposal);
  const used = wanted.objects.filter((object) => !left.has(object));
  await protectObjects(machine, checkObjects(store, used, current));
  return wanted;
}

/** Objects of what is skipped: as edited as it is, nothing else may use them. */
function onlyLeft(proposal: ConfigProposal): Set<ObjectName> {
  const left = leftPaths(proposal);
  const others = new Set(objectsOf(proposal.wanted.paths.filter((path) => !left.includes(path))));
  return new Set(objectsOf(left).filter((object) => !others.has(object)));
}
