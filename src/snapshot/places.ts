/** Where the lines of a config have gone: who adds a line to a config moves all that is declared below it, and that
 * alone is no reason to write thousands of entries again. */

/** From this line of a file on, all are so many lines further down, until the next. */
export type Move = readonly [file: string, from: number, by: number];

/** An entry's text in two parts: the number of its line, and everything else. */
export interface Placed {
  readonly key: string;
  /** Null for one that names no place. */
  readonly at: { readonly file: string; readonly line: number } | null;
}

const PLACE = ',"place":{"file":';
const LINE = /^("(?:[^"\\]|\\.)*"),"line":([0-9]+)/;

/** Takes the text of an entry whose place is its last field apart. */
export function placed(text: string): Placed {
  const start = text.endsWith(',"place":null}') ? -1 : text.lastIndexOf(PLACE);
  const found = start < 0 ? null : LINE.exec(text.slice(start + PLACE.length));
  if (found === null) return { key: text, at: null };
  const end = start + PLACE.length + found[0].length;
  return {
    key: `${text.slice(0, end - found[2].length)}\0${text.slice(end)}`,
    at: { file: JSON.parse(found[1]), line: Number(found[2]) },
  };
}

/** The text again. */
export function unplaced({ key, at }: Placed): string {
  return at === null ? key : key.replace("\0", String(at.line));
}

/** Finds the moves that lead from some lines to others. Where a line went two ways, one of them counts. */
export function movesBetween(
  pairs: readonly { readonly file: string; readonly from: number; readonly to: number }[],
): Move[] {
  const sorted = [...pairs].sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.from - b.from
  );
  const moves: Move[] = [];
  let file: string | null = null, line = 0, by = 0;
  for (const pair of sorted) {
    if (pair.file !== file) [file, line, by] = [pair.file, 0, 0];
    if (pair.from === line || pair.to - pair.from === by) continue;
    line = pair.from;
    by = pair.to - pair.from;
    moves.push([file, line, by]);
  }
  return moves;
}

/** Gives the line that one has become. */
export function follower(moves: readonly Move[]): (file: string, line: number) => number {
  const files = Map.groupBy(moves, ([file]) => file);
  return (file, line) => {
    const all = files.get(file) ?? [];
    let low = 0, high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle][1] <= line) low = middle + 1;
      else high = middle;
    }
    return line + (low === 0 ? 0 : all[low - 1][2]);
  };
}
