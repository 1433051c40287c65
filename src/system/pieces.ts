/** Takes a text in parts, of which there may be many thousands, gives its bytes in pieces: what is written or hashed
 * need not be in memory as a whole. */

/** UTF-16 units that are gathered before they become bytes. */
const PIECE = 1 << 16;

/** The UTF-8 of a text, in pieces of about 64 KiB. */
export function* piecesOf(parts: Iterable<string>): Generator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let gathered: string[] = [];
  let size = 0;
  for (const part of parts) {
    gathered.push(part);
    size += part.length;
    if (size < PIECE) continue;
    yield encoder.encode(gathered.join(""));
    gathered = [];
    size = 0;
  }
  if (size > 0) yield encoder.encode(gathered.join(""));
}
