import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";
import { renewBuildId } from "../renew_build_id.ts";

export const renew_build_id = operation({
  doc: "Makes the build-id of an ELF file again, from what the file is now.",
  args: {
    path: text(
      "A program or shared library; relative to `ctx.tmp`. Any other file stays as it is.",
    ),
  },
  returns: null,
  perform: ({ system, within }, { path }) =>
    renewBuildId(system.fs, within.writable("change", path)),
});
