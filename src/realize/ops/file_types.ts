import { text } from "../../manifest/fields.ts";
import { fileTypes } from "../file_types.ts";
import { operation } from "../operation.ts";

export const file_types = operation({
  doc: "What the programs, libraries and scripts below a folder are, by their first bytes.",
  args: {
    path: text("A folder or file; relative to `ctx.tmp`."),
  },
  returns: [
    "syslua.TypedFile[]",
    "sorted by their paths, which are relative to the folder",
  ],
  perform: ({ system, within }, { path }) =>
    fileTypes(system.fs, within.readable("look into", path)).map((file) => ({ ...file })),
});
