/** Takes a value of a derivation, gives it with paths in place of placeholders. */
import { SysError } from "../errors.ts";
import { placeholdersIn, substitute } from "../manifest/placeholder.ts";
import type { Json } from "../manifest/types.ts";

/** @throws SysError for a placeholder that stands for nothing in `known` */
export function filledIn(value: Json, known: ReadonlyMap<string, string>): Json {
  if (typeof value === "string") {
    const text = substitute(value, known);
    const [left] = placeholdersIn(text);
    if (left === undefined) return text;
    throw new SysError(
      "build",
      `Cannot use ${left}: it stands for something that this build does not use`,
      {
        hint: "pass the derivation or the path through `opts`",
      },
    );
  }
  if (Array.isArray(value)) return value.map((inner) => filledIn(inner, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [substitute(key, known), filledIn(inner, known)]),
  );
}
