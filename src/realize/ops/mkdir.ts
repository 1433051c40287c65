import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const mkdir = operation({
  doc: "Makes a folder, and those above it.",
  args: {
    path: text("Where; relative to `ctx.tmp`."),
  },
  returns: null,
  perform: ({ files }, { path }) => files.mkdir(path),
});
