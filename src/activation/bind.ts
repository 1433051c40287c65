/** Takes the activations of one scope and where things lie, gives what is Wanted: every name made concrete.
 * Reads the store, writes nothing: what has to be added to the store comes along. */
import type { Activation } from "../manifest/types.ts";
import { Binder } from "./binder.ts";
import { orderActivations } from "./order.ts";
import type { BindWorld, Bound, Scope } from "./scope.ts";

/** Makes activations concrete. */
export function bind(activations: readonly Activation[], scope: Scope, world: BindWorld): Bound {
  const chosen = activations.filter(({ user, project }) =>
    scope.project !== undefined
      ? project === scope.project && (user === null || user === scope.user)
      : project === null && (user === null ? scope.topLevel : user === scope.user)
  );
  const binder = new Binder(scope, world, orderActivations(chosen));
  for (const activation of chosen) binder.add(activation);
  return binder.finish();
}
