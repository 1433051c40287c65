/** The types that an argument or option of a `ctx` method may have. Each is declared here for TypeScript and for
 * the Lua Language Server, and checked by the function of the same name in `src/lua/stdlib/fields.lua`, which also
 * gives the value's JSON. */
import type { Json, Origin, Target, Text } from "./values.ts";

declare const VALUE: unique symbol;

/** How a value may differ from what its type alone says. */
export interface FieldDetails {
  /** May be left out, and is null then. */
  readonly optional?: true;
  /** What it is where it is left out. */
  readonly default?: Json;
  /** May have a priority (`lib.mkForce`), which then is the whole action's. */
  readonly weighed?: true;
  /** Of a text: a Lua pattern that it matches, its greatest length, and what it is called where it does not. */
  readonly pattern?: string;
  readonly max?: number;
  readonly noun?: string;
  readonly hint?: string;
  /** Of a choice: what there is. */
  readonly choices?: readonly string[];
  /** Of a number: the least that it may be. */
  readonly least?: number;
  /** Of permissions: a number says them too. */
  readonly bits?: true;
  /** Of a source: the flag that makes it a live path. */
  readonly live?: string;
}

/** One argument or option. */
export interface Field<T> extends FieldDetails {
  /** Its function in `fields.lua`. */
  readonly type: string;
  /** Its type for the Lua Language Server. */
  readonly lua: string;
  readonly doc: string;
  readonly [VALUE]?: T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of fields, by name. */
export type Values<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

const PRIORITY = "|syslua.Priority";

/** Gives the function that declares fields of a type. */
function type<T>(name: string, lua: string) {
  return (doc: string, details: FieldDetails = {}): Field<T> => ({
    type: name,
    lua: details.weighed ? lua + PRIORITY : lua,
    doc,
    ...details,
  });
}

/** The same field, which may be left out. */
export function optional<T>(field: Field<T>): Field<T | null> {
  return { ...field, optional: true };
}

/** One line or many; numbers count as texts. */
export const text = type<Text>("text", "string");
/** A place on this machine. */
export const target = type<Target>("target", "string");
/** A file or folder beside the config, or in an output. */
export const source = type<Origin>("source", "string");
/** A path, or the text itself. */
export const script = type<Origin>("script", "string");
/** A folder in an output, or beside the config. */
export const folder = type<Text>("folder", "string");
export const flag = (doc: string, given: boolean = false): Field<boolean> =>
  type<boolean>("flag", "boolean")(doc, { default: given });
export const whole = type<number>("whole", "integer");
export const number = type<number>("number", "number");
/** Permission bits. */
export const mode = (doc: string, details: FieldDetails = {}): Field<number> =>
  type<number>("mode", details.bits ? "string|integer" : "string")(doc, details);
/** A text or a list of them, as it was given. */
export const texts = type<Text | readonly Text[]>("texts", "string|string[]");
/** A list of texts; one text stands for a list of one. */
export const list = type<readonly Text[]>("list", "string|string[]");
/** Texts by name. */
export const map = type<Readonly<Record<string, string>>>("map", "table<string, string|number>");
/** Lists of texts by name. */
export const lists = type<Readonly<Record<string, readonly string[]>>>(
  "lists",
  "table<string, string|string[]>",
);
/** Anything that can be written as JSON. */
export const data = type<Json>("data", "any");

/** One of a few texts. */
export function choice<const C extends string>(
  doc: string,
  choices: readonly C[],
  details: FieldDetails = {},
): Field<C> {
  return type<C>("choice", alternatives(choices))(doc, { ...details, choices });
}

/** Some of a few texts; none where it is left out. */
export function choicesOf<const C extends string>(
  doc: string,
  choices: readonly C[],
): Field<readonly C[]> {
  const lua = `${alternatives(choices)}|(${alternatives(choices)})[]`;
  return type<readonly C[]>("list", lua)(doc, { choices, default: [] });
}

function alternatives(choices: readonly string[]): string {
  return choices.map((one) => JSON.stringify(one)).join("|");
}

/** `user` or `user:group`. */
export const owner = (doc: string): Field<string | null> =>
  optional(text(doc, {
    pattern: "^[%w_.-]+:?[%w_.-]*$",
    noun: "an owner",
    hint: 'write owner = "user" or "user:group"',
  }));

/** Name of an environment variable. */
export const variable = (doc: string): Field<string> =>
  text(doc, {
    pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    noun: "a name for a variable",
    hint: "letters, digits and _ can be in it, a digit not first",
  });

/** Name of a user or group. */
export const account = (doc: string): Field<string> =>
  text(doc, {
    pattern: "^[A-Za-z_][A-Za-z0-9_.-]*%$?$",
    max: 32,
    noun: "a name for a user or group",
  });
