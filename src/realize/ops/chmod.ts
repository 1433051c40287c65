import { mode, text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const chmod = operation({
  doc: "Changes permissions.",
  args: {
    path: text("Where; relative to `ctx.tmp`."),
    mode: mode('Octal digits (`"0755"`), or the bits as a number.', { bits: true }),
  },
  returns: null,
  // Never setuid, setgid or sticky.
  perform: ({ files }, { path, mode }) => files.chmod(path, mode & 0o777),
});
