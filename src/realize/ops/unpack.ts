import * as posix from "node:path/posix";
import { unpack as unpackArchive } from "../../fetch/unpack/unpack.ts";
import { optional, text, whole } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const unpack = operation({
  doc: "Unpacks an archive; its type is told from its content.",
  args: {
    archive: text("Path of the archive."),
    dest: optional(text("Folder; without it one named for the archive.")),
  },
  options: {
    strip: whole("Folders to leave out at the start of each name.", { least: 0, default: 0 }),
  },
  returns: ["string", "where it was unpacked"],
  async perform({ system, within, signal }, given) {
    const archive = within.readable("unpack", given.archive);
    const stem = posix.basename(archive).replace(
      /(\.tar)?\.(gz|xz|bz2|zst)$|\.(tgz|txz|tar|zip|deb)$/i,
      "",
    );
    const dest = within.writable("unpack to", given.dest ?? (stem || "unpacked"));
    const { strip } = given;
    return within.seen(await unpackArchive(system, { archive, dest, strip, signal }));
  },
});
