/** What an action kind declares about itself: its `ctx` methods with their arguments, from which the checks in
 * Lua, the definitions for editors and the action's TypeScript type come; how two of it meet; and its words.
 *
 * The declarations are the files of `kinds/`. What a kind does to the system is in `src/activation/kinds/`, or,
 * for one of settings, in `src/platform/settings/`. */
import type { Place } from "../errors.ts";
import { shown } from "./conflict.ts";
import type { Fields, Values } from "./fields.ts";
import type { Json, Target } from "./values.ts";

/** A way to declare an action of a kind. */
export interface Method {
  readonly doc: string;
  /** Fields that the method itself decides. */
  readonly constants?: Readonly<Record<string, Json>>;
}

/** What a declaration says of actions whose fields are `M`. */
export interface KindSpec<A extends Fields, O extends Fields, M> {
  /** By name below `ctx`. Several take the same arguments. */
  readonly methods: Readonly<Record<string, Method>>;
  /** In order. */
  readonly args: A;
  /** The table that comes last. */
  readonly options?: O;
  /** The function of `actions.lua` that makes the JSON, where each field's own JSON is not enough. */
  readonly recorder?: string;
  /** One of it, and several: `1 copy`, `2 copies`. */
  readonly nouns: readonly [string, string];
  /** What an activation with it is called that has no name, and what a conflict is about. */
  name(action: M): string;
  /** By this it meets others of its scope: the lowest override priority wins, else they are equal or a
   * conflict. Without it each stands alone. */
  subject?(action: M): string;
  /** Where it puts a file: no other may lie in that one. */
  target?(action: M): Target;
  /** What two that differ are called: `files for ~/x`; without it `values for <name>`. */
  rivals?(action: M): string;
  /** What of it `lib.mkForce` goes around in the hint for a conflict. */
  readonly part?: string;
  /** Its value in the message for a conflict. */
  value?(action: M): string;
  /** Its line in `sys eval`; without it its name. */
  line?(action: M): string;
  /** For a kind of settings: which shall have which values. */
  settings?(action: M): readonly DeclaredSetting[];
  /** Among settings: those of a lower rank are there first, and go last. */
  readonly rank?: number;
  /** Joins all that say something about the same subject, where equal or not is not the question. */
  join?(entries: readonly JoinEntry[], environment: Separators): readonly Joined<M>[];
}

/** A setting, and the value that it shall have. */
export interface DeclaredSetting {
  /** Another kind of settings that it belongs to. */
  readonly kind?: "membership";
  /** What it is about, unique within its kind. */
  readonly key: string;
  readonly value: Json;
  /** The machine has one of it, whoever declares it. Otherwise each user has. */
  readonly machine?: boolean;
}

/** A declaration that is joined with others, with its place; `index` counts in the order of the file. */
export interface JoinEntry {
  readonly action: object;
  readonly place: Place;
  readonly index: number;
}

/** What is left of them, with the place that decided. */
export interface Joined<M> {
  readonly action: M;
  readonly place: Place;
}

/** Variables that the config defined: name → separator, or null for one that takes a single value. */
export type Separators = Readonly<Record<string, string | null>>;

declare const ACTION: unique symbol;

/** A declared kind. `M` is the type of its actions without `kind`. */
export interface KindDeclaration<M> extends KindSpec<Fields, Fields, M> {
  readonly options: Fields;
  readonly [ACTION]?: M;
}

/** A declared kind of settings. */
export interface SettingDeclaration<M> extends KindDeclaration<M> {
  settings(action: M): readonly DeclaredSetting[];
}

type Both<A, O> = Values<A> & Values<O>;
// deno-lint-ignore ban-types
type None = {};

/** Declares a kind whose actions have the fields of its arguments and options. */
export function kind<A extends Fields, O extends Fields = None>(
  spec: KindSpec<A, O, Both<A, O>>,
): KindDeclaration<Both<A, O>> {
  return { ...spec, options: spec.options ?? {} };
}

/** Declares a kind of settings: each is compared with, and given to, what the platform holds. */
export function settingKind<A extends Fields, O extends Fields = None>(
  spec:
    & KindSpec<A, O, Both<A, O>>
    & Required<Pick<KindSpec<A, O, Both<A, O>>, "settings">>,
): SettingDeclaration<Both<A, O>> {
  return { ...spec, options: spec.options ?? {} };
}

/** Declares a kind whose actions differ from its arguments. */
export function joinedKind<M>(
  spec: KindSpec<Fields, Fields, M> & Required<Pick<KindSpec<Fields, Fields, M>, "join">>,
): KindDeclaration<M> {
  return { ...spec, options: spec.options ?? {} };
}

/** Words about a file and what is in it. */
export const FILE = {
  subject: ({ target }: { target: Target }): string => `file ${target}`,
  name: ({ target }: { target: Target }): string => `file ${target}`,
  rivals: ({ target }: { target: Target }): string => `files for ${target}`,
  target: ({ target }: { target: Target }): Target => target,
  line: ({ target }: { target: Target }): string => target,
  part: "content",
};

/** A JSON value as conflicts show it. */
export function shownValue(value: Json): string {
  return shown(typeof value === "string" ? value : JSON.stringify(value));
}
