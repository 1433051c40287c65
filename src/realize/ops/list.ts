import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const list = operation({
  doc: "Names in a folder, sorted.",
  args: {
    path: text("Where; relative to `ctx.tmp`."),
  },
  returns: ["string[]"],
  perform: ({ files }, { path }) => files.list(path),
});
