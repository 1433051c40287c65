/** Takes curves, gives an SVG with logarithmic axes. */
import type { Point } from "./fit.ts";

export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
  /** Which colour and which kind of line it has, where others have the same; else each has a colour of its own. */
  readonly style?: { readonly colour: number; readonly line: number };
}

export interface Plot {
  readonly title: string;
  /** What is counted along the axis below. */
  readonly across: string;
  /** How a value along the axis at the left is written. */
  readonly label: (value: number) => string;
  readonly curves: readonly Curve[];
}

const WIDTH = 860, HEIGHT = 440;
const LEFT = 80, RIGHT = 590, TOP = 50, BOTTOM = 380;
/** Can be told apart also by who does not see all colours (Okabe and Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
/** Whole, dashed, dotted. */
const LINES = ["", "8 4", "2 4"];

/** The picture. */
export function svg({ title, across, label, curves }: Plot): string {
  const points = curves.flatMap((curve) => curve.points).filter(({ value }) => value > 0);
  const x = scale(points.map(({ count }) => count), LEFT, RIGHT);
  const y = scale(points.map(({ value }) => value), BOTTOM, TOP);
  const parts = [
    rect(),
    text(LEFT, 28, title, `font-size="16" font-weight="bold"`),
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), TOP, x.at(tick), BOTTOM),
      text(x.at(tick), BOTTOM + 20, tick.toLocaleString("en"), `text-anchor="middle"`),
    ]),
    ...y.ticks.flatMap((tick) => [
      line(LEFT, y.at(tick), RIGHT, y.at(tick)),
      text(LEFT - 8, y.at(tick) + 4, label(tick).replace(/\.0+ /, " "), `text-anchor="end"`),
    ]),
    text((LEFT + RIGHT) / 2, BOTTOM + 44, across, `text-anchor="middle"`),
    ...curves.flatMap((curve, n) => drawn(curve, n, (p) => [x.at(p.count), y.at(p.value)])),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" ` +
    `height="${HEIGHT}" font-family="sans-serif" font-size="13" role="img">\n` +
    `<title>${escaped(title)}</title>\n${parts.join("\n")}\n</svg>\n`;
}

/** Powers of ten around some values, and where each value lies between two pixels. */
function scale(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n));
  const at = (value: number) =>
    round(from + (to - from) * (Math.log10(value) - low) / (high - low));
  return { ticks, at };
}

function drawn(
  { name, points, style: given }: Curve,
  index: number,
  place: (point: Point) => readonly [number, number],
): string[] {
  const style = given ?? { colour: index, line: 0 };
  const colour = COLOURS[style.colour % COLOURS.length];
  const dash = LINES[style.line] === "" ? "" : ` stroke-dasharray="${LINES[style.line]}"`;
  const places = points.filter(({ value }) => value > 0).map(place);
  const height = TOP + 12 + index * 24;
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${
      places.map((pair) => pair.join(",")).join(" ")
    }"/>`,
    ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`),
    `<line x1="${RIGHT + 20}" y1="${height}" x2="${
      RIGHT + 44
    }" y2="${height}" stroke="${colour}" ` +
    `stroke-width="2"${dash}/>`,
    text(RIGHT + 52, height + 4, name),
  ];
}

function rect(): string {
  return `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#dddddd"/>`;
}

function text(x: number, y: number, words: string, more = ""): string {
  return `<text x="${x}" y="${y}" fill="#222222"${more ? ` ${more}` : ""}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
