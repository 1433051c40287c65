import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const copy = operation({
  doc: "Copies a file, or a folder with what is in it.",
  args: {
    from: text("What."),
    to: text("Where to; a file goes into a folder that is there."),
  },
  returns: null,
  perform: ({ files }, { from, to }) => files.copy(from, to),
});
