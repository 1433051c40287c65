import { flag, text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const write = operation({
  doc: "Writes a file.",
  args: {
    path: text("Where; relative to `ctx.tmp`."),
    text: text("What is in it."),
  },
  options: {
    executable: flag("It can be run."),
  },
  returns: null,
  perform: ({ files }, { path, text, executable }) => files.write(path, text, executable),
});
