import { type Place, SysError } from "../../errors.ts";
import type { Bind, Binder } from "../binder.ts";

export const env: Bind<"env"> = (binder, action, from) => {
  const { place } = from;
  const { name, separator } = action;
  if (action.op !== "set" && separator === "") {
    throw new SysError("config", `Cannot add to ${name}: its separator is empty`, { place });
  }
  // A shell with nothing but our own PATH would be of no use.
  const op = name === "PATH" && action.op === "set" ? "prepend" : action.op;
  const values = valuesOf(binder, action.values, place);
  binder.variable({ name, op, ...values, separator: separator || ":" }, from);
};

/** The values as shells of POSIX have them, and as others do. */
function valuesOf({ resolver, world }: Binder, texts: readonly string[], place: Place) {
  const values = texts.map((text) => resolver.value(text, place));
  if (world.system.host.os !== "windows") return { values };
  return { values, native: texts.map((text) => resolver.nativeValue(text, place)) };
}
