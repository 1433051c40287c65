/** Takes what a Mach-O file is to say, gives its bytes. */

export interface MachOPlan {
  readonly bits: 32 | 64;
  readonly little: boolean;
  readonly libraries: readonly string[];
  readonly rpaths?: readonly string[];
}

export function machOFile({ bits, little, libraries, rpaths = [] }: MachOPlan): Uint8Array {
  const commands = [
    { command: 0x1b, head: 8, text: "0123456789abcde" },
    ...libraries.map((text, n) => ({ command: n % 2 ? 0x80000018 : 0xc, head: 24, text })),
    ...rpaths.map((text) => ({ command: 0x8000001c, head: 12, text })),
  ].map(({ command, head, text }) => {
    const bytes = new Uint8Array(Math.ceil((head + text.length + 1) / 8) * 8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, command, little);
    view.setUint32(4, bytes.length, little);
    view.setUint32(8, head, little);
    bytes.set(new TextEncoder().encode(text), head);
    return bytes;
  });
  const start = bits === 64 ? 32 : 28;
  const size = commands.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(start + size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bits === 64 ? 0xfeedfacf : 0xfeedface, little);
  view.setUint32(16, commands.length, little);
  view.setUint32(20, size, little);
  let at = start;
  for (const command of commands) {
    bytes.set(command, at);
    at += command.length;
  }
  return bytes;
}

/** One file for several processors. */
export function fatFile(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 4096));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xcafebabe);
  view.setUint32(4, parts.length);
  let at = 4096;
  for (const [n, part] of parts.entries()) {
    view.setUint32(8 + n * 20 + 8, at);
    view.setUint32(8 + n * 20 + 12, part.length);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
