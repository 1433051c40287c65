/** Takes a plan that was approved, gives it as it is to be performed: what was pending is filled in, and the world is
 * looked at once more, right before the first write. A plan that is stale stops the command, or is made anew. */
import { SysError } from "../errors.ts";
import type { Machine } from "../machine/open.ts";
import { approve } from "../plan/approve.ts";
import type { Difference } from "../plan/difference.ts";
import { decided, type Decision, fill, type Proposal } from "../plan/proposal.ts";
import type { Observation, Wanted } from "../plan/types.ts";
import { lookAt } from "./propose.ts";

export type { Difference };

/** How often the world may move while a person is asked about it. */
const MOST_ROUNDS = 10;

/** How many differences a message lists. */
const SHOWN = 50;

/** What may be answered about a plan: `rollback` and `destroy` have nothing to evaluate. */
type Answer = Decision | "evaluate again";

/** What revalidating needs of a journey. */
export interface Revalidation<P extends Proposal, A extends Answer> {
  /** What is wanted, with nothing pending. */
  built(proposal: P): Promise<Wanted>;
  /** Plans anew, for the world as it is by now. */
  propose(): Promise<P>;
  /** Asked when existing files would be replaced of which the plan could not know before. */
  decide(proposal: P): Promise<A>;
  /** Whether to plan anew where the world has moved. */
  onStale(differences: readonly Difference[]): Promise<boolean>;
}

/**
 * Fills a plan in, and looks whether it is still right.
 * @throws SysError of kind "activation" that names what is another by now; what `approve` throws
 */
export async function revalidate<P extends Proposal, A extends Answer>(
  machine: Machine,
  approved: P,
  journey: Revalidation<P, A>,
): Promise<P | Exclude<A, Decision>> {
  let proposal = approved;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const wanted = await journey.built(proposal);
    const filled = fill(proposal, wanted, await lookAgain(machine, proposal, wanted));
    if (filled.kind === "filled") {
      proposal = filled.proposal;
      if (proposal.plan.unmanaged.length === 0) {
        approve(proposal.plan);
        return proposal;
      }
    } else {
      if (!await journey.onStale(filled.differences)) throw stale(filled.differences);
      proposal = await journey.propose();
    }
    const decision: Answer = await journey.decide(proposal);
    if (decision === "evaluate again") return decision as Exclude<A, Decision>;
    proposal = decided(proposal, decision);
    approve(proposal.plan);
  }
  throw new SysError("activation", "Cannot go on: what is there changes all the time");
}

/** The world as it is by now. What `check` commands have said is not asked again. */
async function lookAgain(
  machine: Machine,
  { wanted: shown, current, world }: Proposal,
  wanted: Wanted,
): Promise<Observation> {
  const asked = new Set(shown.runs.map(({ id }) => id));
  const runs = wanted.runs.filter(({ id }) => !asked.has(id));
  const now = await lookAt(machine, { ...wanted, runs }, current);
  const { sourceLinks } = world;
  return {
    ...now,
    ...(sourceLinks ? { sourceLinks } : {}),
    undone: new Set([...world.undone, ...now.undone]),
  };
}

function stale(differences: readonly Difference[]): SysError {
  const [{ what }, ...more] = differences;
  const others = more.length > 0 ? ` (and ${more.length} more)` : "";
  return new SysError(
    "activation",
    `Cannot go on: ${what}${others} changed since the plan was made`,
    {
      notes: differences.slice(0, SHOWN).map(({ what, was, is }) =>
        `${what}: was ${was}, is ${is}`
      ),
      hint: "nothing was changed; run the command again to plan for what is there now",
    },
  );
}
