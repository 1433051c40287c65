/** Takes a config, gives what an apply would do. Changes nothing: it looks at a world that refuses writes. */
import { openMachine } from "../machine/open.ts";
import type { Machine } from "../machine/open.ts";
import type { Manifest } from "../manifest/types.ts";
import type { Plan } from "../plan/types.ts";
import { readOnly } from "../system/read_only.ts";
import { evaluateConfig, type EvaluationRequest } from "./evaluate.ts";
import { propose } from "./propose.ts";

/** Plans. Call it with a lock held. */
export async function plan(
  machine: Machine,
  request: EvaluationRequest,
): Promise<{ readonly manifest: Manifest; readonly plan: Plan }> {
  const world = readOnly(machine.system);
  const evaluated = await evaluateConfig(machine, request, world);
  evaluated.recipes.close();
  evaluated.keep();
  const looking = openMachine(world, machine.version, machine.onPhase, machine.locks);
  const { plan } = await propose(looking, evaluated);
  return { manifest: evaluated.manifest, plan };
}
