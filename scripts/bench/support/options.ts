/** Takes the arguments of `deno task bench`, gives what is asked for. */

export interface Options {
  /** Names of groups of rows; all when there are none. */
  readonly only: readonly string[];
  /** How often each command runs at most. */
  readonly runs: number;
  /** After which nothing else is begun, and each command that is under way runs once. */
  readonly minutes: number;
  /** The executable. */
  readonly sys: string;
  readonly chezmoi: string | null;
  readonly json: boolean;
  /** Sizes of the specification also where they take minutes. */
  readonly large: boolean;
  /** Small sizes, one run: to see that all of it works. */
  readonly quick: boolean;
  readonly growth: boolean;
  /** Renew docs/performance.md. */
  readonly write: boolean;
}

const MINUTES = 25;

export const USAGE = `usage: deno task bench [--only NAME…] [option…]
  --only NAME…     some groups of rows
  --runs N         how often each command runs at most (5)
  --minutes N      after which nothing else is begun (25)
  --sys PATH       the executable (dist/sys)
  --chezmoi PATH   an executable of chezmoi, to stand beside
  --large          trees of 1 GiB, archives of 200 MiB, 100,000 objects
  --quick          small sizes, one run: whether it works, no figures to quote
  --growth         how times grow instead, with files, derivations and snapshots
  --json           one document on standard output
  --write          renew docs/performance.md: what is named, or all rows and growth`;

const VALUES = new Set(["--runs", "--minutes", "--sys", "--chezmoi"]);
const TOGGLES = new Set(["--json", "--large", "--quick", "--growth", "--write"]);

/** @throws Error with what is wrong */
export function optionsOf(args: readonly string[], project: string): Options {
  const values = new Map<string, string>();
  const only: string[] = [];
  let naming = false;
  for (let n = 0; n < args.length; n++) {
    const arg = args[n];
    if (VALUES.has(arg)) {
      const value = args[++n];
      if (value === undefined) throw new Error(`${arg} wants a value`);
      values.set(arg, value);
    } else if (TOGGLES.has(arg)) values.set(arg, "");
    else if (arg === "--only") naming = true;
    else if (arg.startsWith("-") || !naming) throw new Error(`there is no ${arg}`);
    else only.push(arg);
  }
  const quick = values.has("--quick");
  const runs = Number(values.get("--runs") ?? (quick ? 1 : 5));
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error("--runs wants a whole number, 1 or more");
  }
  const minutes = Number(values.get("--minutes") ?? MINUTES);
  if (!(minutes > 0)) throw new Error("--minutes wants a number above 0");
  if (naming && only.length === 0) throw new Error("--only wants names");
  return {
    only,
    runs,
    minutes,
    sys: values.get("--sys") ?? `${project}/dist/sys`,
    chezmoi: values.get("--chezmoi") ?? null,
    json: values.has("--json"),
    large: values.has("--large"),
    quick,
    growth: values.has("--growth"),
    write: values.has("--write"),
  };
}
