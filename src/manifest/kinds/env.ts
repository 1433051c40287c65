/** Environment variables: takes what the declarations of one scope say about one, gives the actions that are left
 * of it. */
import { SysError } from "../../errors.ts";
import { comparePlaces, conflict, PLAIN_OVERRIDE, shown } from "../conflict.ts";
import { variable } from "../fields.ts";
import { joinedKind, type JoinEntry } from "../kind.ts";
import { separatorOf } from "../mergeable.ts";
import type { Text } from "../values.ts";

/** One environment variable, merged: one action a variable, scope and `op` is left in the Manifest. */
export interface EnvFields {
  readonly name: string;
  /** `set` gives it its value; the others add to what the shell has. */
  readonly op: "set" | "prepend" | "append";
  /** In order. Several only where the variable is mergeable. */
  readonly values: readonly Text[];
  /** Between the values of a mergeable variable. */
  readonly separator: string;
}

/** One value of a variable. */
export interface DeclaredValue {
  readonly text: string;
  /** Where it stands among others: 1000 for a plain value, the lowest number first. */
  readonly position: number;
}

/** Values of one variable with one priority. `auto` sets, or prepends where the variable is mergeable. */
export interface DeclaredEnv {
  readonly kind: "env";
  readonly name: string;
  readonly op: "auto" | EnvFields["op"];
  /** Whether several values, or a list, were given. */
  readonly list: boolean;
  readonly values: readonly DeclaredValue[];
  readonly override?: number;
}

type Entry = JoinEntry & { readonly action: DeclaredEnv };

const VALUE = "string|number|string[]|syslua.Priority";

export const env = joinedKind<EnvFields>({
  methods: {
    set_env: { doc: "Sets an environment variable.", constants: { op: "set" } },
    prepend_env: {
      doc: "Puts values before those that a list variable has.",
      constants: { op: "prepend" },
    },
    append_env: {
      doc: "Puts values after those that a list variable has.",
      constants: { op: "append" },
    },
  },
  args: {
    name: variable("Name of the variable."),
    value: { type: "values", lua: VALUE, doc: "One value, or several." },
  },
  recorder: "env",
  nouns: ["variable", "variables"],
  name: ({ name }) => `env ${name}`,
  subject: ({ name }) => `env ${name}`,
  line: ({ name, values, separator }) => `${name}=${values.join(separator)}`,
  join(entries, environment) {
    const own = entries as readonly Entry[];
    refuseUnexpanded(own);
    return joined(own, separatorOf(own[0].action.name, environment));
  },
});

/**
 * The lowest override priority wins; what else is there with the same is joined (mergeable) or must be equal.
 * @param separator null when the variable takes one value
 * @throws SysError of kind "config" for two different values
 */
function joined(entries: readonly Entry[], separator: string | null) {
  const best = Math.min(...entries.map(({ action }) => action.override ?? PLAIN_OVERRIDE));
  const winners = entries.filter(({ action }) => (action.override ?? PLAIN_OVERRIDE) === best)
    .sort((a, b) => comparePlaces(a.place, b.place) || a.index - b.index);
  if (separator === null) return [single(winners)];
  const groups = { set: [], prepend: [], append: [] } as Record<EnvFields["op"], Entry[]>;
  for (const entry of winners) {
    groups[entry.action.op === "auto" ? "prepend" : entry.action.op].push(entry);
  }
  const { name } = winners[0].action;
  const only = (op: EnvFields["op"], ...parts: Entry[][]) => ({
    action: { name, op, values: [...new Set(parts.flatMap(inOrder))], separator },
    place: parts.flat()[0].place,
  });
  const { set, prepend, append } = groups;
  if (set.length > 0) {
    refuseDifferent(set);
    return [only("set", prepend, set.slice(0, 1), append)];
  }
  return [
    ...(prepend.length > 0 ? [only("prepend", prepend)] : []),
    ...(append.length > 0 ? [only("append", append)] : []),
  ];
}

function single(winners: readonly Entry[]) {
  const [first] = winners;
  const { name } = first.action;
  for (const { action, place } of winners) {
    const adds = action.op === "prepend" || action.op === "append";
    if (!adds && !action.list) continue;
    const what = adds ? `${action.op} to env.${name}` : `set env.${name} to a list`;
    throw new SysError("config", `Cannot ${what}: it takes one value`, {
      place,
      hint: `lib.env.defineMergeable("${name}") makes it a list`,
    });
  }
  refuseDifferent(winners);
  const op = "set" as const;
  const action = { name, op, values: [first.action.values[0].text], separator: "" };
  return { action, place: first.place };
}

/** Values are literal. `$HOME/…` is never meant so, nor is `$PATH` as a part of a list. */
function refuseUnexpanded(entries: readonly Entry[]) {
  for (const { action, place } of entries) {
    for (const part of action.values.flatMap(({ text }) => text.split(/[:;]/))) {
      const [name] = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(part)?.slice(1) ?? [];
      const below = /^\$\{?HOME\}?(\/.*)?$/.exec(part);
      if (!below && name !== action.name) continue;
      throw new SysError(
        "config",
        `Cannot use "${part}" in env.${action.name}: values are not expanded`,
        {
          place,
          hint: below
            ? `write "~${below[1] ?? ""}"`
            : `what the shell has in ${name} is kept; name only what is to be added`,
        },
      );
    }
  }
}

function refuseDifferent(winners: readonly Entry[]) {
  const textOf = ({ action }: Entry) => JSON.stringify(action.values.map(({ text }) => text));
  const other = winners.find((entry) => textOf(entry) !== textOf(winners[0]));
  if (other === undefined) return;
  const { name } = winners[0].action;
  const show = ({ action }: Entry) => action.values.map(({ text }) => shown(text)).join(", ");
  throw conflict(
    `values for env.${name}`,
    [winners[0], other].map((entry) => ({ shown: show(entry), place: entry.place })),
    `lib.mkForce(${show(winners[0])})`,
  );
}

/** Values by position; those of one declaration keep their order. */
function inOrder(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ action }) => action.values)
    .map((value, index) => ({ ...value, index }))
    .sort((a, b) => a.position - b.position || a.index - b.index)
    .map(({ text }) => text);
}
