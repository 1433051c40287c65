import { SysError } from "../../errors.ts";
import type { Bind } from "../binder.ts";

export const env: Bind<"env"> = (binder, action, from) => {
  const { place } = from;
  const { name, separator } = action;
  const values = action.values.map((value) => binder.resolver.path(value, place));
  if (action.op !== "set" && separator === "") {
    throw new SysError("config", `Cannot add to ${name}: its separator is empty`, { place });
  }
  // A shell with nothing but our own PATH would be of no use.
  const op = name === "PATH" && action.op === "set" ? "prepend" : action.op;
  binder.variable({ name, op, values, separator: separator || ":" }, from);
};
