import { map, text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const substitute = operation({
  doc: "Replaces texts in a file; each has to occur.",
  args: {
    file: text("Where; relative to `ctx.tmp`."),
    replacements: map("From → to."),
  },
  returns: null,
  perform: ({ files }, { file, replacements }) => files.substitute(file, replacements),
});
