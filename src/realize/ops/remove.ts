import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const remove = operation({
  doc: "Removes a file, or a folder with what is in it. Nothing there is fine.",
  args: {
    path: text("Where; relative to `ctx.tmp`."),
  },
  returns: null,
  perform: ({ files }, { path }) => files.remove(path),
});
