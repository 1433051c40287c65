/** The action kinds by name, as `kinds/` declares them. */
import type { KindDeclaration, SettingDeclaration } from "./kind.ts";
import { KINDS } from "./kinds.generated.ts";

type Kinds = typeof KINDS;

export type Kind = keyof Kinds;

/** Kinds that are settings. */
export type SettingKind = {
  [K in Kind]: Kinds[K] extends SettingDeclaration<infer _> ? K : never;
}[Kind];

/** An action of a kind: its name, and the fields that it declares. */
export type ActionOf<K extends Kind> =
  & { readonly kind: K }
  & (Kinds[K] extends KindDeclaration<infer M> ? M : never);

/** What a kind says of its actions, whichever it is. */
export type AnyKind = KindDeclaration<object>;

/** The declaration of a kind. */
export function kindOf(kind: Kind): AnyKind {
  return KINDS[kind] as AnyKind;
}

/** One of a kind, and several; also of what is no kind: the unit of a service, a variable of the registry. */
export function nounsOf(kind: string): readonly [string, string] {
  return Object.hasOwn(KINDS, kind) ? kindOf(kind as Kind).nouns : [kind, `${kind}s`];
}
