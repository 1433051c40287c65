/** Takes what the declarations of one scope say about one variable, gives the actions that are left of it. */
import { type Place, SysError } from "../errors.ts";
import { comparePlaces, conflict, shown } from "./conflict.ts";
import { type DeclaredEnv, PLAIN_OVERRIDE } from "./declared.ts";
import type { EnvAction } from "./types.ts";

/** A declaration with its place; `index` counts declarations in the order of the file. */
export interface EnvEntry {
  readonly env: DeclaredEnv;
  readonly place: Place;
  readonly index: number;
}

/** What is left, with the place that decided. */
export interface MergedEnv {
  readonly action: EnvAction;
  readonly place: Place;
}

/**
 * The lowest override priority wins; what else is there with the same is joined (mergeable) or must be equal.
 * @param separator null when the variable takes one value
 * @throws SysError of kind "config" for two different values
 */
export function mergeEnv(entries: readonly EnvEntry[], separator: string | null): MergedEnv[] {
  const best = Math.min(...entries.map(({ env }) => env.override ?? PLAIN_OVERRIDE));
  const winners = entries.filter(({ env }) => (env.override ?? PLAIN_OVERRIDE) === best)
    .sort((a, b) => comparePlaces(a.place, b.place) || a.index - b.index);
  if (separator === null) return [single(winners)];
  const groups = { set: [], prepend: [], append: [] } as Record<EnvAction["op"], EnvEntry[]>;
  for (const entry of winners) {
    groups[entry.env.op === "auto" ? "prepend" : entry.env.op].push(entry);
  }
  const { name } = winners[0].env;
  const action = (op: EnvAction["op"], ...parts: EnvEntry[][]): MergedEnv => ({
    action: { kind: "env", name, op, values: [...new Set(parts.flatMap(inOrder))], separator },
    place: parts.flat()[0].place,
  });
  const { set, prepend, append } = groups;
  if (set.length > 0) {
    refuseDifferent(set);
    return [action("set", prepend, set.slice(0, 1), append)];
  }
  return [
    ...(prepend.length > 0 ? [action("prepend", prepend)] : []),
    ...(append.length > 0 ? [action("append", append)] : []),
  ];
}

function single(winners: readonly EnvEntry[]): MergedEnv {
  const [first] = winners;
  const { name } = first.env;
  for (const { env, place } of winners) {
    if (env.op === "prepend" || env.op === "append") {
      throw new SysError("config", `Cannot ${env.op} to env.${name}: it takes one value`, {
        place,
        hint: `lib.env.defineMergeable("${name}") makes it a list`,
      });
    }
    if (env.list) {
      throw new SysError("config", `Cannot set env.${name} to a list: it takes one value`, {
        place,
        hint: `lib.env.defineMergeable("${name}") makes it a list`,
      });
    }
  }
  refuseDifferent(winners);
  const value = first.env.values[0].text;
  return {
    action: { kind: "env", name, op: "set", values: [value], separator: "" },
    place: first.place,
  };
}

function refuseDifferent(winners: readonly EnvEntry[]) {
  const textOf = ({ env }: EnvEntry) => JSON.stringify(env.values.map(({ text }) => text));
  const other = winners.find((entry) => textOf(entry) !== textOf(winners[0]));
  if (other === undefined) return;
  const { name } = winners[0].env;
  const show = ({ env }: EnvEntry) => env.values.map(({ text }) => shown(text)).join(", ");
  throw conflict(
    `values for env.${name}`,
    [winners[0], other].map((entry) => ({ shown: show(entry), place: entry.place })),
    `lib.mkForce(${show(winners[0])})`,
  );
}

/** Values by position; those of one declaration keep their order. */
function inOrder(entries: readonly EnvEntry[]): string[] {
  return entries.flatMap(({ env }) => env.values)
    .map((value, index) => ({ ...value, index }))
    .sort((a, b) => a.position - b.position || a.index - b.index)
    .map(({ text }) => text);
}
