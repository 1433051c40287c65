/** What an operation of a recipe's `ctx` declares about itself: its arguments, from which the checks in Lua, the
 * definitions for editors and the TypeScript types come; and what it does. The operations are the files of `ops/`. */
import type { Fields, Values } from "../manifest/fields.ts";
import type { Json } from "../manifest/types.ts";
import type { BuildContext } from "./build_context.ts";

interface OperationSpec<A extends Fields, O extends Fields, C extends Fields> {
  readonly doc: string;
  /** In order. */
  readonly args: A;
  /** The table that comes last. */
  readonly options?: O;
  /** What is taken from `ctx` itself: `environment` is `ctx.env`. */
  readonly context?: C;
  /** Type of the result for the Lua Language Server, and what it is; null for none. */
  readonly returns: readonly [type: string, doc?: string] | null;
  perform(
    context: BuildContext,
    given: Values<A> & Values<O> & Values<C>,
  ): Json | void | Promise<Json | void>;
}

/** A declared operation. */
export interface Operation {
  readonly doc: string;
  readonly args: Fields;
  readonly options: Fields;
  readonly context: Fields;
  readonly returns: readonly [type: string, doc?: string] | null;
  /** @param given what the Lua side has checked, by name @throws SysError that says what could not be done */
  perform(context: BuildContext, given: object): Json | void | Promise<Json | void>;
}

// deno-lint-ignore ban-types
type None = {};

/** Declares an operation. */
export function operation<A extends Fields, O extends Fields = None, C extends Fields = None>(
  spec: OperationSpec<A, O, C>,
): Operation {
  const { perform } = spec;
  return {
    ...spec,
    options: spec.options ?? {},
    context: spec.context ?? {},
    perform: (context, given) => perform(context, given as Values<A> & Values<O> & Values<C>),
  };
}
