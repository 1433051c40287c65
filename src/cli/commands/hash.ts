/** `sys hash` */
import { choice, command, toggle } from "../command.ts";

interface Flags {
  readonly form: "sri" | "hex" | "nix32";
  readonly nar?: boolean;
}

export default command<Flags>({
  brief: "Print the hash of a file, a folder or a URL",
  description:
    "Prints a hash to paste into a configuration. For a file or a URL it is the hash of its bytes, " +
    "as `ctx.fetch_url` wants it; for a folder (or with --nar) that of its NAR, as `derive { sha256 = … }` does.",
  examples: [
    ["sys hash https://example.org/tool.tar.gz", "download and hash"],
    ["sys hash ./dotfiles", "a folder"],
    ["sys hash --form nix32 tool.tar.gz", "in Nix's base32"],
  ],
  flags: {
    form: choice(["sri", "hex", "nix32"], "sri", "how to write it"),
    nar: toggle("hash a file as NAR"),
  },
  arguments: [{ name: "what", brief: "file, folder or URL" }],
  async run(session, flags, [what]) {
    const { machineOf } = await import("../lock.ts");
    const { hash } = await import("../../journeys/hash.ts");
    const { digestParts, toHex, toNix32 } = await import("../../digest.ts");
    const { ByteProgress } = await import("../terminal/byte_progress.ts");
    const progress = new ByteProgress(session, what);
    const { digest, of } = await hash(machineOf(session), {
      what,
      nar: flags.nar === true,
      signal: session.signal,
      onProgress: (bytes, total) => progress.at(bytes, total),
    }).finally(() => progress.end());
    const { bytes } = digestParts(digest);
    const forms = { sri: digest, hex: toHex(bytes), nix32: toNix32(bytes) };
    session.print({ version: 1, hash: forms[flags.form], of }, () => forms[flags.form]);
  },
});
