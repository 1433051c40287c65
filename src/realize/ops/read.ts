import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const read = operation({
  doc: "Content of a file, of 16 MiB at most.",
  args: {
    path: text("Where; relative to `ctx.tmp`."),
  },
  returns: ["string"],
  perform: ({ files }, { path }) => files.read(path),
});
