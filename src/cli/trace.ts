/** Takes what a command, its builds and its steps tell, gives where the time went in the Chrome trace event format
 * (`{"traceEvents": [{"ph": "X", "ts": …, "dur": …}]}`, times in microseconds), which Perfetto and chrome://tracing
 * show: for `--trace`.
 *
 *     sys      |──────────────────── sys apply ────────────────────|
 *              | evaluate | plan |     build      |   activate     |
 *                                                  | ~/.vimrc | …
 *     beside it          |  zlib 1.3: fetch_url, unpack, run, store |
 *     beside it 2        |  hello  | other … |
 */
import type { Phase } from "../journeys/open.ts";
import type { Derivation } from "../manifest/types.ts";
import type { Step } from "../plan/types.ts";
import type { BuildEvent } from "../realize/observer.ts";
import type { Clock } from "../system/mod.ts";

/** An event with a duration. */
interface Slice {
  readonly name: string;
  readonly cat: "command" | "phase" | "step" | "input" | "build" | "operation";
  args?: Record<string, string | number>;
}

/** What runs in one row: slices within slices, the innermost last. */
class Row {
  readonly #open: (Slice & { readonly ts: number; dur: number })[] = [];

  constructor(readonly tid: number, readonly events: object[]) {}

  /** How many slices are open. */
  get depth(): number {
    return this.#open.length;
  }

  /** Of two slices that take as long a viewer puts that one outside which comes first in the file. */
  begin(slice: Slice, time: number): void {
    const event = { ...slice, ph: "X", ts: micros(time), dur: 0, pid: PID, tid: this.tid };
    this.#open.push(event);
    this.events.push(event);
  }

  /** Ends slices until only so many are open. */
  end(depth: number, time: number): void {
    while (this.#open.length > depth) {
      const event = this.#open.pop()!;
      event.dur = micros(time) - event.ts;
    }
  }

  /** Says more of the innermost slice. */
  note(args: Record<string, string | number>): void {
    const last = this.#open.at(-1);
    if (last !== undefined) last.args = { ...last.args, ...args };
  }
}

/** There is only one process in a trace; what its builds start is theirs. */
const PID = 1;
/** Longer names make a viewer slow, and are in the arguments whole. */
const LONGEST_NAME = 100;

/** What a trace says before its events. */
export const HEAD = { displayTimeUnit: "ms" } as const;

/** What one command did when. */
export class Trace {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #events: object[] = [];
  readonly #main = new Row(1, this.#events);
  readonly #rows: Row[] = [];
  readonly #builds = new Map<Derivation, Row>();
  readonly #inputs = new Map<string, Row>();

  /** @param words of the command line */
  constructor(clock: Pick<Clock, "monotonic">, readonly words: readonly string[]) {
    this.#clock = clock;
    const name = shortened(`sys ${words.join(" ")}`);
    this.#main.begin({ name, cat: "command" }, clock.monotonic());
  }

  /** A part of the command begins. */
  phase(name: Phase): void {
    const now = this.#clock.monotonic();
    this.#main.end(1, now);
    this.#main.begin({ name, cat: "phase" }, now);
  }

  /** A step begins; null after the last. */
  step(step: Step | null): void {
    const now = this.#clock.monotonic();
    this.#main.end(2, now);
    if (step === null) return;
    this.#main.begin({ name: stepName(step), cat: "step", args: { by: step.by } }, now);
  }

  /** The download of an input begins. */
  fetch(input: string, url: string): void {
    const row = this.#freeRow();
    const name = shortened(`input ${input}: ${url}`);
    row.begin({ name, cat: "input", args: { url } }, this.#clock.monotonic());
    this.#inputs.set(input, row);
  }

  /** It has ended. */
  fetched(input: string): void {
    this.#inputs.get(input)?.end(0, this.#clock.monotonic());
  }

  /** Takes in what a build tells. */
  observe(event: BuildEvent): void {
    const now = this.#clock.monotonic();
    const row = this.#builds.get(event.derivation) ?? this.#rowFor(event, now);
    if (row === null) return;
    switch (event.kind) {
      case "started":
        return part(row, { name: "waiting for its turn", cat: "operation" }, now);
      case "waiting":
        return part(row, { name: "waiting for another process", cat: "operation" }, now);
      case "phase": {
        const name = event.phase === "build" ? "config" : "look at and store the outputs";
        return part(row, { name, cat: "operation" }, now);
      }
      case "op": {
        const name = shortened(event.detail === "" ? event.op : `${event.op}: ${event.detail}`);
        return part(row, { name, cat: "operation", args: { detail: event.detail } }, now);
      }
      case "download":
        return row.note({ bytes: event.bytes });
      case "cached":
      case "finished":
      case "failed":
        row.end(1, now);
        row.note({ ended: event.kind });
        row.end(0, now);
        this.#builds.delete(event.derivation);
    }
  }

  /** So far; what has not ended ends now. */
  document(): object {
    const now = this.#clock.monotonic();
    for (const row of [this.#main, ...this.#rows]) row.end(0, now);
    const names = [
      "sys",
      ...this.#rows.map((_, n) => n === 0 ? "beside it" : `beside it ${n + 1}`),
    ];
    const rows = names.flatMap((name, n) => [
      { name: "thread_name", ph: "M", pid: PID, tid: n + 1, args: { name } },
      { name: "thread_sort_index", ph: "M", pid: PID, tid: n + 1, args: { sort_index: n } },
    ]);
    return { ...HEAD, traceEvents: [...rows, ...this.#events] };
  }

  /** The first row in which nothing runs. */
  #freeRow(): Row {
    let row = this.#rows.find(({ depth }) => depth === 0);
    if (row === undefined) this.#rows.push(row = new Row(this.#rows.length + 2, this.#events));
    return row;
  }

  /** Where a build runs from now on; null where none begins. */
  #rowFor({ kind, derivation }: BuildEvent, now: number): Row | null {
    if (kind !== "started" && kind !== "waiting") return null;
    const row = this.#freeRow();
    const { name, version, hash } = derivation;
    const label = version === null ? name : `${name} ${version}`;
    row.begin({ name: label, cat: "build", args: { hash } }, now);
    this.#builds.set(derivation, row);
    return row;
  }
}

/** What a build does from now on. */
function part(row: Row, slice: Slice, now: number): void {
  row.end(1, now);
  row.begin(slice, now);
}

function stepName(step: Step): string {
  switch (step.kind) {
    case "path":
      return step.path;
    case "run": {
      const words = typeof step.command === "string" ? step.command : step.command.join(" ");
      return shortened(`run: ${words}`);
    }
    case "service":
      return `${step.op} ${step.name}`;
    case "setting":
      return shortened(`${step.setting}: ${step.changes.map(({ key }) => key).join(", ")}`);
  }
}

/** The first line, and of that what a viewer can show. */
function shortened(text: string): string {
  const [line] = text.split("\n", 1);
  return line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME - 1)}…` : line;
}

/** Whole, so that what ends where another begins does so in the file as well. */
function micros(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}
