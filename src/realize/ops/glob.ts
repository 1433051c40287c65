import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const glob = operation({
  doc: "Paths that match a pattern (`*`, `**`, `?`, `[a-z]`, `{a,b}`), sorted.",
  args: {
    pattern: text("Relative to `ctx.tmp`, or absolute."),
  },
  returns: ["string[]"],
  perform: ({ files }, { pattern }) => files.glob(pattern),
});
