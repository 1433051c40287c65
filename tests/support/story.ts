/** Stories: the command line as a person uses it, in a world of its own. What was typed and what came of it,
 * output and exit codes together, is one golden. `SYS_UNDER_TEST` names an executable to use instead of the
 * source. */
import { fromFileUrl } from "./paths.ts";
import { checkGolden } from "./golden.ts";
import { withTemporary } from "./temporary.ts";

const PROJECT = fromFileUrl(new URL("../..", import.meta.url));
const GOLDENS = `${PROJECT}/tests/stories/goldens`;
const PERMISSIONS = ["read", "write", "run", "net", "env", "sys"].map((kind) => `--allow-${kind}`);

/** What a command gave. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run one. */
export interface How {
  /** Below the home; the home itself unless given. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Left out of the golden: its output differs from machine to machine. */
  readonly unseen?: boolean;
}

/** One hermetic world and what has happened in it. */
export class Story {
  readonly home: string;
  readonly #transcript: string[] = [];

  constructor(dir: string) {
    this.home = `${dir}/home`;
    Deno.mkdirSync(this.home);
  }

  /** Environment of every command. */
  get env(): Record<string, string> {
    return {
      HOME: this.home,
      USER: "maria",
      PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      TERM: "dumb",
      LANG: "C.UTF-8",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      SYSLUA_ROOT: this.root,
      // The runtime's own cache, so that running from source fetches nothing.
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
    };
  }

  /** Where `sys` keeps its things: the user's place also when root runs the tests. */
  get root(): string {
    return `${this.home}/.local/share/syslua`;
  }

  /** Absolute path of something below the home. */
  at(path: string): string {
    return `${this.home}/${path}`;
  }

  /** Writes a file below the home. */
  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    const full = this.at(path);
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(
      full,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    Deno.chmodSync(full, mode);
  }

  read(path: string): string {
    return Deno.readTextFileSync(this.at(path));
  }

  /** Whether something is there; a dangling link counts. */
  exists(path: string): boolean {
    try {
      Deno.lstatSync(this.at(path));
      return true;
    } catch {
      return false;
    }
  }

  /** Runs `sys` with arguments. */
  sys(args: readonly string[], how: How = {}): Promise<Result> {
    return this.#run(sysArgv(args), `sys ${args.map(quoteForPeople).join(" ")}`, how);
  }

  /** Starts `sys` with arguments and leaves it running; nothing of it is in the golden. */
  start(args: readonly string[], how: Pick<How, "cwd" | "env"> = {}): Deno.ChildProcess {
    const [program, ...rest] = sysArgv(args);
    return new Deno.Command(program, {
      args: rest,
      cwd: how.cwd === undefined ? this.home : this.at(how.cwd),
      env: { ...this.env, ...how.env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Runs a line in a shell. */
  shell(line: string, how: How & { readonly shell?: string } = {}): Promise<Result> {
    return this.#run([how.shell ?? "/bin/sh", "-c", line], line, how);
  }

  /** What happened so far, with everything that differs from run to run replaced. */
  transcript(): string {
    return this.#transcript.join("\n");
  }

  async #run(argv: readonly string[], shown: string, how: How): Promise<Result> {
    const child = new Deno.Command(argv[0], {
      args: argv.slice(1),
      cwd: how.cwd === undefined ? this.home : this.at(how.cwd),
      env: { ...this.env, ...how.env },
      clearEnv: true,
      stdin: how.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (how.stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(how.stdin));
      await writer.close();
    }
    const output = await child.output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const result = {
      code: output.code,
      stdout: decode(output.stdout),
      stderr: decode(output.stderr),
    };
    if (!how.unseen) this.#transcript.push(this.#entry(shown, result));
    return result;
  }

  #entry(shown: string, result: Result): string {
    const part = (mark: string, text: string) =>
      this.#normalize(text).split("\n").slice(0, -1).map((line) => `${mark}${line}`.trimEnd());
    const lines = [
      `$ ${this.#normalize(shown)}`,
      ...part("", ensureNewline(result.stdout)),
      ...part("! ", ensureNewline(result.stderr)),
    ];
    if (result.code !== 0) lines.push(`[exit ${result.code}]`);
    return lines.join("\n") + "\n";
  }

  #normalize(text: string): string {
    return text
      .replaceAll(this.home, "~")
      // Root's usual place; tests run as either.
      .replaceAll("/etc/syslua/", "~/.config/syslua/")
      .replace(/\b[0-9a-f]{64}\b/g, "<sha256>")
      .replace(/[0-9a-df-np-sv-z]{32}(?![0-9a-z])/g, "<hash>")
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?Z?)?/g, "<time>")
      .replace(/\b\d+(\.\d+)? ?(ms|s)\b/g, "<duration>")
      .replace(/"seconds": [\d.]+/g, '"seconds": <duration>')
      .replace(/\bpid \d+/g, "pid <pid>")
      // Which there is, or why there is none.
      .replace(/^(\s*sandbox: ).*$/gm, "$1<sandbox>")
      .replace(/\b(x86_64|aarch64)-(linux|darwin)\b/g, "<platform>");
  }
}

/** Declares a story as a test; its transcript is compared with `tests/stories/goldens/<name>.txt`. */
export function story(
  name: string,
  tell: (story: Story) => Promise<void>,
  options: { readonly ignore?: boolean } = {},
): void {
  Deno.test({
    name: `story: ${name}`,
    ignore: options.ignore,
    fn: () =>
      withTemporary(async (dir) => {
        const world = new Story(dir);
        await tell(world);
        if (world.transcript() !== "") {
          checkGolden(`${GOLDENS}/${name.replaceAll(" ", "_")}.txt`, world.transcript());
        }
      }),
  });
}

/** Program and arguments that run `sys`: the executable under test, or the source. */
export function sysArgv(args: readonly string[]): string[] {
  const executable = Deno.env.get("SYS_UNDER_TEST");
  if (executable) return [executable, ...args];
  const flags = ["--quiet", "--no-check", "--config", `${PROJECT}/deno.json`, ...PERMISSIONS];
  return [Deno.execPath(), "run", ...flags, `${PROJECT}/main.ts`, ...args];
}

function ensureNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : text + "\n";
}

function quoteForPeople(arg: string): string {
  return /^[A-Za-z0-9_.,:/=@~+-]+$/.test(arg) ? arg : `'${arg}'`;
}
