/** `sys hash` */
import { type Digest, digestParts, toHex, toNix32 } from "../../digest.ts";
import { hash } from "../../journeys/hash.ts";
import { choice, command, toggle } from "../command.ts";
import { machineOf } from "../lock.ts";
import { ByteProgress } from "../terminal/byte_progress.ts";

interface Flags {
  readonly form: "sri" | "hex" | "nix32";
  readonly nar?: boolean;
}

/** What is hashed, and what for. */
const KINDS = {
  file: { what: "its bytes", for: "`ctx.fetch_url`" },
  nar: { what: "its NAR", for: "`derive { sha256 = … }`" },
} as const;

export default command<Flags>({
  brief: "Print the hash of a file, a folder or a URL",
  description:
    "Prints a hash to paste into a configuration. For a file or a URL it is the hash of its bytes, " +
    "as `ctx.fetch_url` wants it; for a folder (or with --nar) that of its NAR, as `derive { sha256 = … }` does. " +
    "What each is for is said on standard error.",
  examples: [
    ["sys hash https://example.org/tool.tar.gz", "download and hash"],
    ["sys hash ./dotfiles", "a folder"],
    ["sys hash --form nix32 tool.tar.gz", "in Nix's base32"],
  ],
  flags: {
    form: choice(["sri", "hex", "nix32"], "sri", "how to write it"),
    nar: toggle("print the hash of a file's NAR"),
  },
  arguments: [{ name: "what", brief: "file, folder or URL" }],
  async run(session, flags, [what]) {
    const progress = new ByteProgress(session, what);
    const { file, nar } = await hash(machineOf(session), {
      what,
      signal: session.signal,
      onProgress: (bytes, total) => progress.at(bytes, total),
    }).finally(() => progress.end());
    const inForm = (digest: Digest) => {
      const { bytes } = digestParts(digest);
      return { sri: digest, hex: toHex(bytes), nix32: toNix32(bytes) }[flags.form];
    };
    const hashes = { file: file === null ? null : inForm(file), nar: inForm(nar) };
    const of = hashes.file === null || flags.nar ? "nar" : "file";
    const other = of === "file" ? "nar" : "file";
    const { what: hashed, for: use } = KINDS[of];
    session.print({ version: 1, hash: hashes[of], of, for: use, hashes }, () => hashes[of] ?? "");
    if (flags.json) return;
    const { what: otherwise, for: otherUse } = KINDS[other];
    const also = hashes[other] === null
      ? ""
      : `; that of ${otherwise}, for ${otherUse}, is ${hashes[other]}`;
    session.say(`This is the hash of ${hashed}, for ${use}${also}`);
  },
});
