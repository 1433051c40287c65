/** Takes commands, runs them in turn, gives what each took: medians, so that a run which was disturbed does not count,
 * and in turn, so that a machine that gets slower meanwhile is slower for all. */
import type { Usage } from "../row.ts";
import { succeeds } from "./shell.ts";

/** A command that is measured. */
export interface Contestant {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Puts things in order before each run; not measured. */
  readonly before?: (run: number) => void;
  /** Exit codes that are no failure; 0 unless given. */
  readonly codes?: readonly number[];
}

/** Fires when somebody stops the bench: what runs is ended, so that its folder can be removed. */
export const stopped = new AbortController();

/** How often. */
export interface Turns {
  /** At most. */
  readonly runs: number;
  /** Runs before that, which are not counted; 1 unless given. */
  readonly warmups?: number;
  /** Seconds after which no other round begins; 30 unless given. */
  readonly budget?: number;
  /** Whether no other round begins, however much of the budget is left. */
  readonly enough?: () => boolean;
  /** Seconds to wait before the first: what was written a moment ago is looked at anew, since its times do not yet tell
   * whether it was written again. 0 unless given. */
  readonly settle?: number;
}

/** Runs one command and tells what the system has accounted. */
export type Meter = (contestant: Contestant) => Promise<Measured>;

interface Measured extends Usage {
  readonly code: number;
  /** What it said on standard error. */
  readonly said: string;
}

/** The median of each, in the order given. */
export async function inTurn<const C extends readonly Contestant[]>(
  meter: Meter,
  contestants: C,
  { runs, warmups = 1, budget = 30, settle = 0, enough = () => false }: Turns,
): Promise<{ [K in keyof C]: Usage }> {
  const found: Usage[][] = contestants.map(() => []);
  let spent = 0;
  await new Promise((resolve) => setTimeout(resolve, settle * 1000));
  const another = (run: number) => run < runs && (run < 1 || (spent < budget && !enough()));
  for (let run = -warmups; another(run); run++) {
    // There and back, so that none always follows the same other one.
    const order = [...contestants.keys()];
    if (run % 2 !== 0) order.reverse();
    for (const index of order) {
      const usage = await once(meter, contestants[index], run);
      spent += usage.wall;
      if (run >= 0) found[index].push(usage);
    }
  }
  return found.map(median) as { [K in keyof C]: Usage };
}

async function once(meter: Meter, contestant: Contestant, run: number): Promise<Usage> {
  contestant.before?.(run);
  const usage = await meter(contestant);
  if (!(contestant.codes ?? [0]).includes(usage.code)) {
    throw new Error(`${contestant.argv.join(" ")} exited with ${usage.code}: ${usage.said}`);
  }
  return usage;
}

function median(usages: readonly Usage[]): Usage {
  const middle = (of: (usage: Usage) => number) => {
    const sorted = usages.map(of).sort((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };
  return {
    wall: middle(({ wall }) => wall),
    cpu: middle(({ cpu }) => cpu),
    peak: middle(({ peak }) => peak),
    runs: usages.length,
  };
}

/** A meter for this machine. Where there is a C compiler, a program of a few lines asks the system what a command
 * took; else GNU time, which counts in hundredths; else only the wall clock tells. */
export function meterIn(
  folder: string,
  source: string,
  { time = "/usr/bin/time" }: { readonly time?: string } = {},
): Meter {
  const out = `${folder}/usage.txt`;
  const program = `${folder}/usage`;
  if (succeeds(`cc -O2 -o ${program} ${source}`)) return by([program, out], out, true);
  if (succeeds(`${time} -f '%e %U %S %M %x' -o ${out} true`)) {
    return by([time, "-q", "-f", "%e %U %S %M %x", "-o", out], out, false);
  }
  return async (contestant) => {
    const begin = performance.now();
    const ended = await run(contestant.argv, contestant);
    return { wall: (performance.now() - begin) / 1000, cpu: 0, peak: 0, runs: 1, ...ended };
  };
}

/** With a program that writes to a file what another took. @param exact whether its wall time is the better one */
function by(prefix: readonly string[], out: string, exact: boolean): Meter {
  return async (contestant) => {
    const begin = performance.now();
    const { said } = await run([...prefix, ...contestant.argv], contestant);
    const around = (performance.now() - begin) / 1000;
    const last = Deno.readTextFileSync(out).trim().split("\n").at(-1)!;
    const [wall, user, system, peak, code] = last.split(" ").map(Number);
    const cpu = user + system;
    return { wall: exact ? wall : around, cpu, peak: peak / 1024, runs: 1, code, said };
  };
}

async function run(argv: readonly string[], { env, cwd }: Contestant) {
  stopped.signal.throwIfAborted();
  const { code, stderr } = await new Deno.Command(argv[0], {
    args: argv.slice(1),
    env,
    cwd,
    clearEnv: env !== undefined,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: stopped.signal,
  }).output();
  return { code, said: new TextDecoder().decode(stderr).slice(-500) };
}
