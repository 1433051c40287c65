/** Takes a gzip or zip file, shows a scan what was compressed: in flat memory, and not without end.
 *
 * A damaged archive, or one that is encrypted, is read as far as it can be: whoever uses it gets no more of it. */
import { gunzipSync } from "node:zlib";
import { SysError } from "../../errors.ts";
import { decompress } from "../../fetch/unpack/decompress.ts";
import { LIMITS, type UnpackLimits } from "../../fetch/unpack/limits.ts";
import { unzip } from "../../fetch/unpack/zip.ts";
import type { ReadFs } from "../../system/mod.ts";
import type { Candidate } from "./candidates.ts";
import type { StreamScan } from "./stream_scan.ts";

/** Bytes of a file that are read at a time. */
const CHUNK = 256 << 10;
/** Bytes of a file, and of what it was, that are taken at once: for small ones a stream takes ten times as long. */
const SMALL = 256 << 10, SMALL_CONTENT = 4 << 20;

/** False where it unpacks to more than any honest archive: the rest of it was not looked at. */
export async function scanCompressed(
  fs: ReadFs,
  { path, info, format }: Pick<Candidate, "path" | "info" | "format">,
  scan: StreamScan,
  { signal, limits = LIMITS }: { signal: AbortSignal; limits?: UnpackLimits },
): Promise<boolean> {
  const meter = new Meter(scan, info.size, limits);
  try {
    if (format === "zip") {
      const input = { path, size: info.size, label: path, signal };
      await unzip(fs, input, new EntryScan(meter));
    } else {
      const small = info.size <= SMALL ? unzipped(fs, path) : null;
      if (small === null) await scanGzip(fs, path, meter, signal);
      else meter.see(small);
    }
  } catch (thrown) {
    if (meter.full) return false;
    if (!(thrown instanceof SysError) || thrown.kind === "io") throw thrown;
  }
  return true;
}

/** Ends what gives too much. */
class Meter {
  full = false;
  #bytes = 0;
  #entries = 0;

  constructor(
    readonly scan: StreamScan,
    readonly size: number,
    readonly limits: UnpackLimits,
  ) {}

  see(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const { bytes: most, ratio, ratioFrom } = this.limits;
    this.full = this.#bytes > most ||
      (this.#bytes > ratioFrom && this.#bytes > ratio * this.size);
    if (this.full) throw new SysError("build", "Cannot look into an archive: it has no end");
    this.scan.see(bytes);
  }

  entry(): void {
    this.full = ++this.#entries > this.limits.entries;
    if (this.full) throw new SysError("build", "Cannot look into an archive: it has no end");
    this.scan.restart();
  }
}

/** Shows each entry of a zip; nothing is unpacked. */
class EntryScan {
  constructor(readonly meter: Meter) {}

  folder(): void {
    this.meter.entry();
  }

  file() {
    this.meter.entry();
    return { write: (bytes: Uint8Array) => this.meter.see(bytes), close: () => {} };
  }

  link(_name: string, to: string): void {
    this.meter.entry();
    this.meter.see(new TextEncoder().encode(to));
  }

  refusal(name: string, why: string): SysError {
    return new SysError("build", `Cannot look into "${name}": ${why}`);
  }
}

/** What a small gzip file was; null for what is larger, or damaged. */
function unzipped(fs: ReadFs, path: string): Uint8Array | null {
  try {
    return gunzipSync(fs.readFile(path), { maxOutputLength: SMALL_CONTENT });
  } catch (thrown) {
    if (thrown instanceof SysError) throw thrown;
    return null;
  }
}

/** Shows a scan what a gzip file was, member after member. */
async function scanGzip(fs: ReadFs, path: string, meter: Meter, signal: AbortSignal) {
  const file = fs.openRead(path);
  let ended = false;
  // A decoder that is left early does not end what it reads from.
  const pieces = function* () {
    const buffer = new Uint8Array(CHUNK);
    while (!ended) {
      const count = file.read(buffer);
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  };
  try {
    for await (const chunk of decompress("gzip", { label: path, chunks: pieces(), apart: null })) {
      signal.throwIfAborted();
      meter.see(chunk);
    }
  } finally {
    ended = true;
    file.close();
  }
}
