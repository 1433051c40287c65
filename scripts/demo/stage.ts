/** Where the demo plays: a throw-away home with a person's files in it, and commands run there as that person. */
import { fromFileUrl } from "../../tests/support/paths.ts";
import { discard } from "../../tests/support/temporary.ts";
import { describeTree } from "../../tests/support/tree.ts";
import { PERMISSIONS } from "../permissions.ts";

const PROJECT = fromFileUrl(new URL("../..", import.meta.url));
/** Milliseconds that one command may take. */
const PATIENCE = 5 * 60_000;
/** What bash says on standard error when it is interactive without a terminal. */
const NO_TERMINAL = /^bash: (cannot set terminal process group|no job control)/;

/** How a command is to be shown and judged. */
export interface Expectation {
  /** Exit code that it must have. */
  readonly code?: number;
  /** Texts that its output must contain. */
  readonly says?: readonly string[];
  /** What is typed, where it differs from what is run. */
  readonly shown?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** One throw-away home. */
export class Stage {
  readonly home: string;
  /** The copy of the example that is applied and edited. */
  readonly config: string;
  readonly problems: string[] = [];
  readonly #dir: string;
  readonly #compiled: boolean;
  readonly #env: Record<string, string>;
  #step = 0;

  constructor(compiled: boolean) {
    this.#dir = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "syslua-demo-" }));
    this.#compiled = compiled;
    this.home = `${this.#dir}/home`;
    this.config = `${this.home}/laptop`;
    Deno.mkdirSync(this.home);
    this.#env = this.#environment();
  }

  /** The home as it is now, without the places where sys keeps its own things, and the config. */
  look(): string[] {
    const own = [".local/share/syslua", ".cache/syslua"];
    const lines = describeTree(this.home, [...own, "laptop"]);
    // A folder that is there only for sys's own has to stay as long as that does.
    const above = own.map((path) => path.slice(0, path.lastIndexOf("/")));
    return lines.filter((line) => {
      const folder = above.find((path) => line.startsWith("dir ") && line.endsWith(` ${path}`));
      return folder === undefined || lines.some((other) => other.includes(` ${folder}/`));
    });
  }

  /** A heading with what the person thinks. */
  say(title: string, text: string) {
    console.log(`\n${bold(`${++this.#step}. ${title}`)}\n${text}\n`);
  }

  /** Writes a file of the person's. */
  write(path: string, content: string, mode = 0o644) {
    const full = `${this.home}/${path}`;
    const folder = full.slice(0, full.lastIndexOf("/"));
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(full, content);
    Deno.chmodSync(full, mode);
  }

  /** Runs `sys`. */
  sys(args: readonly string[], expected: Expectation = {}): Promise<string> {
    const program = this.#compiled
      ? [`${PROJECT}/dist/sys`]
      : [Deno.execPath(), "run", "--quiet", ...PERMISSIONS, `${PROJECT}/main.ts`];
    return this.run([...program, ...args], { shown: `sys ${args.join(" ")}`, ...expected });
  }

  /** Runs a command in the home and shows it with its output, which it gives. */
  async run(argv: readonly string[], expected: Expectation = {}): Promise<string> {
    const { code = 0, says = [], shown = argv.join(" "), env = {}, cwd = this.home } = expected;
    console.log(bold(`$ ${shown.replaceAll(this.home, "~")}`));
    const child = new Deno.Command(argv[0], {
      args: argv.slice(1),
      cwd,
      clearEnv: true,
      env: { ...this.#env, ...env },
      ...{ stdin: "null", stdout: "piped", stderr: "piped" },
      signal: AbortSignal.timeout(PATIENCE),
    }).spawn();
    const lines: string[] = [];
    const show = async (stream: ReadableStream<Uint8Array>) => {
      let rest = "";
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + text).split("\n");
        rest = parts.pop()!;
        parts.forEach(print);
      }
      if (rest !== "") print(rest);
    };
    const print = (line: string) => {
      if (NO_TERMINAL.test(line)) return;
      lines.push(line);
      console.log(`  ${line.replaceAll(this.#dir, "/tmp/demo").replaceAll(`${PROJECT}/`, "")}`);
    };
    await Promise.all([show(child.stdout), show(child.stderr)]);
    const status = await child.status;
    if (status.code !== 0) console.log(dim(`  (exit code ${status.code})`));
    const output = lines.join("\n");
    if (status.code !== code) this.#problem(`${shown}: exit code ${status.code}, not ${code}`);
    for (const text of says) {
      if (!output.includes(text)) this.#problem(`${shown}: its output lacks "${text}"`);
    }
    return output;
  }

  /** Notes something that is not as it should be. */
  check(holds: boolean, what: string) {
    if (!holds) this.#problem(what);
  }

  /** Removes everything. */
  end() {
    try {
      discard(this.#dir);
    } catch (error) {
      this.#problem(`${this.#dir} could not be removed: ${error}`);
    }
  }

  #problem(what: string) {
    console.log(`  ${bold("✗")} ${what}`);
    this.problems.push(what);
  }

  /** Nothing of the real user's but where programs and the package registry are. */
  #environment(): Record<string, string> {
    const inherited: Record<string, string> = {};
    for (
      const name of ["npm_config_registry", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy"]
        .concat("http_proxy", "no_proxy", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "DENO_CERT")
    ) {
      const value = Deno.env.get(name);
      if (value !== undefined) inherited[name] = value;
    }
    return {
      ...inherited,
      HOME: this.home,
      USER: "maria",
      LOGNAME: "maria",
      PATH: "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      LANG: "C.UTF-8",
      TERM: "dumb",
      GIT_CONFIG_NOSYSTEM: "1",
      DENO_TLS_CA_STORE: "system,mozilla",
      // The runtime's own cache, so that running from source fetches nothing.
      DENO_DIR: Deno.env.get("DENO_DIR") ?? defaultDenoDir(),
      // Root's default place is the machine's store, which a demo leaves alone.
      ...(Deno.uid() === 0 ? { SYSLUA_ROOT: `${this.home}/.local/share/syslua` } : {}),
    };
  }
}

function defaultDenoDir(): string {
  const home = Deno.env.get("HOME");
  const cache = Deno.build.os === "darwin"
    ? `${home}/Library/Caches`
    : Deno.env.get("XDG_CACHE_HOME") ?? `${home}/.cache`;
  return `${cache}/deno`;
}

function bold(text: string): string {
  return Deno.stdout.isTerminal() ? `\x1b[1m${text}\x1b[0m` : text;
}

function dim(text: string): string {
  return Deno.stdout.isTerminal() ? `\x1b[2m${text}\x1b[0m` : text;
}
