import { type Place, SysError } from "../../errors.ts";
import { nativePaths } from "../../system/mod.ts";
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

/** A whole path of a drive, in any form: `C:\x`, `C:/x`, `/c/x`. */
const ON_DRIVE = /^(?:[A-Za-z]:[\\/]|\/[A-Za-z]\/)/;

/** The values as shells of POSIX have them, and as others do. */
function valuesOf({ resolver, world }: Binder, texts: readonly string[], place: Place) {
  const { os } = world.system.host;
  const values = texts.map((text) => resolver.path(text, place));
  if (os !== "windows") return { values };
  const { fromNative, toNative } = nativePaths(os);
  const inForm = (text: string, form: (inside: string) => string) =>
    ON_DRIVE.test(text) ? form(fromNative(text)) : text;
  return {
    values: values.map((text) => inForm(text, (inside) => inside)),
    native: texts.map((text) => inForm(resolver.nativePath(text, place), toNative)),
  };
}
