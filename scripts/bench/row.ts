/** A line of the table that `deno task bench` prints. */
export interface Row {
  /** What is done. */
  readonly work: string;
  /** What the specification asks for, in words. */
  readonly goal: string;
  /** Seconds that sys.lua takes. */
  readonly ours: number;
  /** Seconds that the work beside it takes, on this machine and in this run. */
  readonly theirs: number;
  /** What both are counted in, where it is not seconds. */
  readonly unit?: "MiB";
  /** What stands beside. */
  readonly beside: string;
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
