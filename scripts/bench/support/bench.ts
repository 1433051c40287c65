/** What every group of rows is given: the executable, what stands beside it, a folder, a meter. */
import { fromFileUrl } from "../../../tests/support/paths.ts";
import { realSystem } from "../../../src/system/real.ts";
import { removeTree } from "../../../src/store/remove.ts";
import type { Row, Usage } from "../row.ts";
import { type Contestant, inTurn, type Meter, meterIn, type Turns } from "./measure.ts";
import type { Options } from "./options.ts";
import { Peers } from "./peers.ts";
import { ask } from "./shell.ts";

const { fs } = realSystem();
const SUPPORT = fromFileUrl(new URL(".", import.meta.url)).replace(/\/$/, "");

export class Bench {
  readonly peers: Peers;
  readonly #meter: Meter;
  /** Of all groups; removed at the end. */
  readonly #folder: string;
  #worlds = 0;
  readonly #begun = performance.now();

  constructor(readonly options: Options) {
    this.#folder = fs.realPath(Deno.makeTempDirSync({ prefix: "sys-bench-" }));
    this.#meter = meterIn(this.#folder, `${SUPPORT}/usage.c`);
    this.peers = new Peers(this.#folder, SUPPORT, options.sys, options.chezmoi);
  }

  /** Whether the time that it may take has passed. */
  get over(): boolean {
    return performance.now() - this.#begun > this.options.minutes * 60_000;
  }

  /** What the system says of where the temporary folders are. */
  get fileSystem(): string {
    return ask(`df --output=fstype ${this.#folder} | tail -1`) || "unknown";
  }

  /** A folder for a while, with a home, and the environment of a program that has no other. */
  async world<T>(body: (world: World) => Promise<T>): Promise<T> {
    const world = new World(`${this.#folder}/world${this.#worlds++}`, this.options.sys);
    try {
      return await body(world);
    } finally {
      removeTree(fs, world.folder);
    }
  }

  /** Medians of some commands that run in turn. */
  inTurn<const C extends readonly Contestant[]>(
    contestants: C,
    turns: Partial<Turns> = {},
  ): Promise<{ [K in keyof C]: Usage }> {
    const enough = () => this.over;
    return inTurn(this.#meter, contestants, { runs: this.options.runs, enough, ...turns });
  }

  /** Rows of one work: `sys`, and what stands beside it with the goal for that. What is null is left out. */
  async compare(
    work: string,
    sys: Contestant,
    beside: readonly (Beside | null)[],
    turns: Partial<Turns> = {},
  ): Promise<Row[]> {
    console.error(`bench: ${work}`);
    const others = beside.filter((one) => one !== null);
    const [ours, ...theirs] = await this.inTurn([sys, ...others.map(({ run }) => run)], turns);
    if (others.length === 0) return [row({ work, goal: "—", beside: "", ours })];
    return others.map(({ name, goal }, n) =>
      row({ work, goal: goal ?? "—", beside: name, ours, theirs: theirs[n] })
    );
  }

  close(): void {
    removeTree(fs, this.#folder);
  }
}

/** What stands beside `sys` at some work. */
export interface Beside {
  readonly name: string;
  readonly goal?: string;
  readonly run: Contestant;
}

/** A row of what was measured. */
export function row(
  { work, goal, beside, ours, theirs }: {
    work: string;
    goal: string;
    beside: string;
    ours: Usage;
    theirs?: Usage;
  },
): Row {
  const usage = { ours, ...(theirs ? { theirs } : {}) };
  return { work, goal, ours: ours.wall, theirs: theirs?.wall ?? 0, beside, usage };
}

/** A home with all that belongs to it, where nothing of the machine's user is seen. */
export class World {
  readonly home: string;

  constructor(readonly folder: string, readonly sys: string) {
    this.home = `${folder}/home`;
    for (const path of [folder, this.home, `${folder}/config`]) Deno.mkdirSync(path);
  }

  /** Of every command in it. */
  get env(): Record<string, string> {
    return {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      HOME: this.home,
      TMPDIR: Deno.env.get("TMPDIR") ?? "/tmp",
      LANG: "C.UTF-8",
      SYSLUA_ROOT: `${this.folder}/root`,
      SYSLUA_CACHE: `${this.folder}/cache`,
      // The experimental part of mise is what stands beside.
      MISE_EXPERIMENTAL: "1",
      MISE_YES: "1",
    };
  }

  /** The folder of the config. */
  get config(): string {
    return `${this.folder}/config`;
  }

  /** A run of `sys`. */
  run(args: readonly string[], more: Partial<Contestant> = {}): Contestant {
    return { argv: [this.sys, ...args], env: this.env, cwd: this.config, ...more };
  }

  /** A run of something else. */
  other(argv: readonly string[], more: Partial<Contestant> = {}): Contestant {
    return { argv, env: this.env, cwd: this.home, ...more };
  }

  /** Does something with `sys` that is not measured. */
  do(args: readonly string[], codes: readonly number[] = [0]): void {
    const { code, stderr } = new Deno.Command(this.sys, {
      args: [...args],
      env: this.env,
      cwd: this.config,
      clearEnv: true,
      stdin: "null",
    }).outputSync();
    if (codes.includes(code)) return;
    throw new Error(`sys ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }

  write(path: string, text: string): void {
    const full = `${this.folder}/${path}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(full, text);
  }

  /** Makes some folders below it new. */
  clear(...names: readonly string[]): void {
    for (const name of names) {
      const path = `${this.folder}/${name}`;
      if (fs.lstat(path) !== null) removeTree(fs, path);
      if (name === "home") Deno.mkdirSync(path);
    }
  }
}
