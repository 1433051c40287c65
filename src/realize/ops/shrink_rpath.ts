import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";
import { shrinkRpath } from "../shrink_rpath.ts";

export const shrink_rpath = operation({
  doc:
    "Leaves in the RPATH of an ELF file only the folders in which a library that it needs is found.",
  args: {
    path: text(
      "A program or shared library; relative to `ctx.tmp`. Any other file stays as it is.",
    ),
  },
  returns: ["string[]", "the folders that are gone"],
  perform: ({ system, within }, { path }) =>
    shrinkRpath(system.fs, within.writable("change", path)),
});
