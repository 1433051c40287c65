/** Takes the bytes of a tar archive (ustar, pax, GNU), fills a destination. */
import { messageOf, SysError } from "../../errors.ts";
import type { Destination } from "./destination.ts";

/** Archives from before POSIX have no magic; the checksum of their headers is proof enough. The option is missing
 * in the package's types. */
const OPTIONS = { allowUnknownFormat: true } as object;

/** Unpacks a tar archive that comes in chunks. @throws SysError naming the entry that is refused */
export async function untar(
  input: AsyncIterable<Uint8Array>,
  label: string,
  destination: Destination,
): Promise<void> {
  const { extract } = await import("tar-stream");
  const parser = extract(OPTIONS);
  const feeding = feed(input, parser);
  // Seen below, when the entries end; never unhandled.
  feeding.catch(() => {});
  try {
    for await (const entry of parser) {
      const { name, type, linkname, mode = 0, mtime, pax } = entry.header;
      const sparse = Object.keys(pax ?? {}).some((key) => key.startsWith("GNU.sparse"));
      if (sparse) throw destination.refusal(name, "it is a sparse file");
      // Archives from before POSIX mark a folder by a slash at its end.
      if (type === "directory" || (type === "file" && name.endsWith("/"))) destination.folder(name);
      else if (type === "symlink") destination.link(name, linkname ?? "");
      else if (type === "link") destination.hardLink(name, linkname ?? "");
      else if (type === "file" || type === "contiguous-file") {
        const sink = destination.file(name, (mode & 0o111) !== 0, secondsOf(mtime));
        try {
          for await (const chunk of entry) sink?.write(chunk as Uint8Array);
        } finally {
          sink?.close();
        }
        continue;
      } else {
        const what = type === null ? "of an unknown type" : `a ${type}`;
        throw destination.refusal(name, `it is ${what}`);
      }
      entry.resume();
    }
    await feeding;
  } catch (thrown) {
    // An error of the input's side is the cause of whatever the parser said.
    const cause = await Promise.race([
      feeding.then(() => thrown, (e) => e),
      Promise.resolve(thrown),
    ]);
    const error = cause instanceof SysError ? cause : thrown;
    if (error instanceof SysError) throw error;
    throw new SysError("build", `Cannot unpack ${label}: ${messageOf(error)}`, { cause: error });
  }
}

/** Null where the archive does not say it, or nothing that is a time. */
function secondsOf(mtime: Date | undefined): number | null {
  const seconds = Math.floor((mtime?.getTime() ?? NaN) / 1000);
  return Number.isSafeInteger(seconds) && seconds >= 0 ? seconds : null;
}

type Parser = ReturnType<typeof import("tar-stream").extract>;

async function feed(input: AsyncIterable<Uint8Array>, parser: Parser): Promise<void> {
  try {
    for await (const chunk of input) {
      if (parser.destroyed) return;
      if (!parser.write(chunk)) {
        await new Promise<void>((resolve) => {
          const go = () => {
            parser.off("drain", go);
            parser.off("close", go);
            resolve();
          };
          parser.on("drain", go);
          parser.on("close", go);
        });
      }
    }
    // The type wants an argument that the stream does not.
    parser.end(undefined);
  } catch (thrown) {
    parser.destroy(thrown as Error);
    throw thrown;
  }
}
