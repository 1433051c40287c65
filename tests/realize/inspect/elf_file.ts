/** Takes what an ELF file is to say, gives its bytes: of either class, in either order. */

export interface ElfPlan {
  readonly bits: 32 | 64;
  readonly little: boolean;
  readonly machine?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly runpath?: string;
  readonly rpath?: string;
  readonly buildId?: Uint8Array;
  /** What follows the headers. */
  readonly rest?: Uint8Array;
}

/** Address of the first byte: file offsets and addresses differ. */
const BASE = 0x10000;

export function elfFile(plan: ElfPlan): Uint8Array {
  const { bits, little, needed = [] } = plan;
  const word = bits / 8, header = bits === 64 ? 64 : 52, entry = bits === 64 ? 56 : 32;
  const texts = new TextEncoder();
  const strings: number[] = [0];
  const placed = (text: string) => {
    const at = strings.length;
    strings.push(...texts.encode(text), 0);
    return at;
  };
  const tags: [number, number][] = needed.map((name) => [1, placed(name)]);
  if (plan.rpath !== undefined) tags.push([15, placed(plan.rpath)]);
  if (plan.runpath !== undefined) tags.push([29, placed(plan.runpath)]);
  const interpreter = texts.encode(plan.interpreter === undefined ? "" : `${plan.interpreter}\0`);
  const note = plan.buildId === undefined ? 0 : 16 + Math.ceil(plan.buildId.length / 4) * 4;
  const table = header + 4 * entry;
  const dynamic = table + strings.length + (8 - (table + strings.length) % 8);
  const dynamicSize = (tags.length + 3) * 2 * word;
  const notes = dynamic + dynamicSize, loader = notes + note, rest = loader + interpreter.length;
  const bytes = new Uint8Array(rest + (plan.rest?.length ?? 0));
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, value: number) => view.setUint16(at, value, little);
  const u32 = (at: number, value: number) => view.setUint32(at, value, little);
  const number = (at: number, value: number) =>
    bits === 32 ? u32(at, value) : view.setBigUint64(at, BigInt(value), little);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, little ? 1 : 2, 1]);
  u16(16, 3);
  u16(18, plan.machine ?? 62);
  number(bits === 64 ? 32 : 28, header);
  u16(bits === 64 ? 54 : 42, entry);
  u16(bits === 64 ? 56 : 44, 4);
  const segment = (n: number, type: number, offset: number, size: number) => {
    const at = header + n * entry;
    u32(at, type);
    number(at + (bits === 64 ? 8 : 4), offset);
    number(at + (bits === 64 ? 16 : 8), BASE + offset);
    number(at + (bits === 64 ? 32 : 16), size);
  };
  segment(0, 1, 0, bytes.length);
  segment(1, 2, dynamic, dynamicSize);
  segment(2, note > 0 ? 4 : 0, notes, note);
  segment(3, plan.interpreter === undefined ? 0 : 3, loader, interpreter.length);
  bytes.set(strings, table);
  tags.push([5, BASE + table], [10, strings.length], [0, 0]);
  for (const [n, [tag, value]] of tags.entries()) {
    number(dynamic + n * 2 * word, tag);
    number(dynamic + n * 2 * word + word, value);
  }
  if (plan.buildId !== undefined) {
    u32(notes, 4);
    u32(notes + 4, plan.buildId.length);
    u32(notes + 8, 3);
    bytes.set(texts.encode("GNU\0"), notes + 12);
    bytes.set(plan.buildId, notes + 16);
  }
  bytes.set(interpreter, loader);
  if (plan.rest) bytes.set(plan.rest, rest);
  return bytes;
}
