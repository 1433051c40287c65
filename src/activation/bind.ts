/** Takes the activations of one scope and where things lie, gives what is Wanted: every name made concrete.
 * Reads the store, writes nothing: what has to be added to the store comes along. */
import { kindOf, type SettingKind } from "../manifest/kinds.ts";
import type { Action, Activation, Kind } from "../manifest/types.ts";
import { type Bind, Binder, type Declaration } from "./binder.ts";
import { BINDINGS } from "./kinds.generated.ts";
import { orderActivations } from "./order.ts";
import type { BindWorld, Bound, Scope } from "./scope.ts";

/** By kind; a kind of settings says itself what it wants. */
const bindings: { readonly [K in Exclude<Kind, SettingKind>]: Bind<K> } = BINDINGS;

/** Makes activations concrete. */
export function bind(activations: readonly Activation[], scope: Scope, world: BindWorld): Bound {
  const chosen = activations.filter(({ user, project }) =>
    scope.project !== undefined
      ? project === scope.project && (user === null || user === scope.user)
      : project === null && (user === null ? scope.topLevel : user === scope.user)
  );
  const binder = new Binder(scope, world);
  const order = orderActivations(chosen);
  for (const { id, name, place, actions } of chosen) {
    const from: Declaration = { by: name, place, order: order.get(id) ?? 0 };
    for (const action of actions) bindAction(binder, action, from);
  }
  return binder.finish();
}

function bindAction(binder: Binder, action: Action, from: Declaration): void {
  const { settings } = kindOf(action.kind);
  if (settings) {
    const kind = action.kind as SettingKind;
    for (const setting of settings(action)) binder.setting(setting.kind ?? kind, setting, from);
  } else {
    const binding = bindings[action.kind as Exclude<Kind, SettingKind>];
    (binding as (binder: Binder, action: Action, from: Declaration) => void)(binder, action, from);
  }
}
