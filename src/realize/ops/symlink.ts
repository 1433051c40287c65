import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const symlink = operation({
  doc: "Makes a link at `path`.",
  args: {
    to: text("Where it leads, as it is."),
    path: text("Where; relative to `ctx.tmp`."),
  },
  returns: null,
  perform: ({ files }, { to, path }) => files.symlink(to, path),
});
