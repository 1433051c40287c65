import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const move = operation({
  doc: "Moves a file or folder.",
  args: {
    from: text("What."),
    to: text("Where to; a file goes into a folder that is there."),
  },
  returns: null,
  perform: ({ files }, { from, to }) => files.move(from, to),
});
