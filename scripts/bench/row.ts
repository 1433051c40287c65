/** A line of the table that `deno task bench` prints. */
export interface Row {
  /** What is done. */
  readonly work: string;
  /** What the specification asks for, in words. */
  readonly goal: string;
  /** Seconds that sys.lua takes. */
  readonly ours: number;
  /** Seconds that the work beside it takes, on this machine and in this run; 0 for none. */
  readonly theirs: number;
  /** What both are counted in, where it is not seconds. */
  readonly unit?: "MiB";
  /** What stands beside. */
  readonly beside: string;
  /** What the system has accounted, where whole programs were run. */
  readonly usage?: { readonly ours: Usage; readonly theirs?: Usage };
}

/** What a program took. */
export interface Usage {
  /** Seconds from start to end. */
  readonly wall: number;
  /** Processor seconds of it and all that it started; 0 where that can't be told. */
  readonly cpu: number;
  /** MiB of its largest process at most; 0 where that can't be told. */
  readonly peak: number;
  /** Of how many runs this is the median. */
  readonly runs: number;
}

/** The best of several runs, in seconds: what disturbs a run only makes it slower. */
export async function best(runs: number, work: () => unknown | Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    const begin = performance.now();
    await work();
    least = Math.min(least, (performance.now() - begin) / 1000);
  }
  return least;
}

/** Whether a goal is reached; null where its words name no bound. `≤ 1.5 ×` bounds the ratio, `≤ 250 ms`, `≤ 2 s` and
 * `≤ 200 MiB` what sys.lua takes, `≤ 1 ms more` the difference. */
export function reached({ goal, ours, theirs }: Row): boolean | null {
  const found = /^≤ ([\d.]+)(?: (×|ms more|ms|s|MiB)(?![\w]))?/.exec(goal);
  if (found === null) return null;
  const bound = Number(found[1]);
  switch (found[2]) {
    case "×":
      return theirs > 0 ? ours <= bound * theirs : null;
    case "ms more":
      return ours - theirs <= bound / 1000;
    case "ms":
      return ours <= bound / 1000;
    default:
      return ours <= bound;
  }
}
