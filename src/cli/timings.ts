/** Takes what a command and its builds tell, gives how long each step took: for `--timings`. */
import type { Phase } from "../journeys/open.ts";
import type { Derivation } from "../manifest/types.ts";
import type { BuildEvent } from "../realize/observer.ts";
import type { Step } from "../plan/types.ts";
import type { Clock } from "../system/mod.ts";
import type { Trace } from "./trace.ts";

/** What a derivation spends its time on. */
const PARTS = ["waiting", "downloads", "commands", "files", "store"] as const;
type Part = typeof PARTS[number];

/** Milliseconds by name, of what happens one after the other. */
class Meter<Name extends string> {
  readonly spent = new Map<Name, number>();
  #now: { readonly name: Name; readonly since: number } | null = null;

  /** From here on it is this that takes the time; null for nothing. */
  at(name: Name | null, time: number): void {
    if (this.#now !== null) {
      const { name: former, since } = this.#now;
      this.spent.set(former, (this.spent.get(former) ?? 0) + time - since);
    }
    this.#now = name === null ? null : { name, since: time };
  }
}

/** The times of one command. */
export class Timings {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #start: number;
  readonly #phases = new Meter<Phase | "start">();
  readonly #builds = new Map<Derivation, Meter<Part>>();
  /** Told the same, with `--trace`. */
  trace: Trace | null = null;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.#start = clock.monotonic();
    this.#phases.at("start", this.#start);
  }

  /** A part of the command begins. */
  readonly phase = (phase: Phase): void => {
    this.#phases.at(phase, this.#clock.monotonic());
    this.trace?.phase(phase);
  };

  /** A step of an activation begins; null after the last. */
  readonly step = (step: Step | null): void => this.trace?.step(step);

  /** Takes in what a build tells. */
  readonly observe = (event: BuildEvent): void => {
    this.trace?.observe(event);
    const part = partOf(event);
    if (part === undefined) return;
    let meter = this.#builds.get(event.derivation);
    if (meter === undefined) this.#builds.set(event.derivation, meter = new Meter());
    meter.at(part, this.#clock.monotonic());
  };

  /** So far, in seconds. */
  document() {
    const now = this.#clock.monotonic();
    this.#phases.at(null, now);
    return {
      total: seconds(now - this.#start),
      phases: [...this.#phases.spent].filter(([, spent]) => spent >= 0.5)
        .map(([name, spent]) => ({ name, seconds: seconds(spent) })),
      builds: [...this.#builds].map(([{ name, version, hash }, { spent }]) => ({
        name,
        version,
        hash,
        seconds: seconds([...spent.values()].reduce((sum, one) => sum + one, 0)),
        ...Object.fromEntries(PARTS.map((part) => [part, seconds(spent.get(part) ?? 0)])) as Record<
          Part,
          number
        >,
      })),
    };
  }

  /** The same for people: a line each. */
  lines(): string[] {
    const { total, phases, builds } = this.document();
    const width = Math.max(8, ...phases.map(({ name }) => name.length));
    const line = (name: string, spent: number) => `${name.padEnd(width)}  ${inWords(spent)}`;
    return [
      ...phases.map(({ name, seconds }) => line(name, seconds)),
      line("total", total),
      ...builds.map((one) => {
        const parts = PARTS.filter((part) => one[part] > 0)
          .map((part) => `${part} ${inWords(one[part]).trim()}`);
        const label = one.version === null ? one.name : `${one.name} ${one.version}`;
        return `build ${label}: ${inWords(one.seconds).trim()} (${parts.join(", ")})`;
      }),
    ];
  }
}

/** What begins with an event; null where a build ends, undefined where nothing changes. */
function partOf(event: BuildEvent): Part | null | undefined {
  switch (event.kind) {
    case "started":
      return "waiting";
    case "phase":
      return event.phase === "build" ? "files" : "store";
    case "op":
      if (event.op.startsWith("fetch_")) return "downloads";
      return event.op === "run" ? "commands" : "files";
    case "finished":
    case "failed":
      return null;
    default:
      return undefined;
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

function inWords(spent: number): string {
  return `${spent.toFixed(3).padStart(8)} s`;
}
