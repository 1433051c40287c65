import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const exists = operation({
  doc: "Whether something is there.",
  args: {
    path: text("Where; relative to `ctx.tmp`."),
  },
  returns: ["boolean"],
  perform: ({ files }, { path }) => files.exists(path),
});
