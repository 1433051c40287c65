/** What the values of a Manifest are made of. */

/** Values as they cross from Lua. Lua floats with an integral value are kept apart by the evaluator. */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [key: string]: Json;
};

/** A text that may contain placeholders. */
export type Text = string;

/** A path that starts with `~/` or `/`, normalized. */
export type Target = string;

/** Where a managed file's content comes from. */
export type Origin =
  | { readonly text: Text; readonly executable: boolean }
  | { readonly path: Text };
