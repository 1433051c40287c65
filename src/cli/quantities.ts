/** Reads ages and sizes as people type them. */

const AGES: Record<string, number> = { m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };
const SIZES: Record<string, number> = { K: 1, M: 2, G: 3, T: 4 };

/** Milliseconds of `30d`, `12h`, `2w`. */
export function parseAge(text: string): number {
  const found = /^(\d+)([mhdwy])$/.exec(text);
  if (!found) throw new SyntaxError(`"${text}" is no age: write 45m, 12h, 30d, 2w or 1y`);
  return Number(found[1]) * AGES[found[2]] * 1000;
}

/** Bytes of `500M`, `10G`, `1.5GiB`; units are adapters of 1024. */
export function parseSize(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text);
  if (!found) throw new SyntaxError(`"${text}" is no size: write 500M, 10G or a number of bytes`);
  const unit = found[2].toUpperCase();
  return Math.round(Number(found[1]) * (unit === "" ? 1 : 1024 ** SIZES[unit]));
}
