/** What stands beside `sys`: programs that are here, that can be installed below the temporary folder, or that are made
 * here as a floor. What can't be had is said once, and left out. */
import { PERMISSIONS } from "../../permissions.ts";
import { ask, succeeds } from "./shell.ts";

/** Debian's packages that are installed where root runs this and they are missing. */
const PACKAGES: Readonly<Record<string, string>> = {
  stow: "stow",
  "nix-build": "nix-bin",
  "nix-store": "nix-bin",
};

export class Peers {
  readonly #known = new Map<string, string | null>();

  /** @param support where the C programs lie
   * @param say is told what can't be had */
  constructor(
    readonly folder: string,
    readonly support: string,
    readonly sys: string,
    readonly chezmoiPath: string | null,
    readonly say: (line: string) => void = console.error,
  ) {}

  /** A program that does nothing, compiled with the runtime of `sys`. */
  get empty(): string | null {
    return this.#once("the empty program", () => {
      const [source, program] = [`${this.folder}/empty.ts`, `${this.folder}/empty`];
      Deno.writeTextFileSync(source, "export {};\n");
      const runtime = `${this.folder}/runtime`;
      writeRuntime(this.sys, runtime);
      const flags = ["--quiet", "--no-check", "--no-code-cache", "--no-config", ...PERMISSIONS];
      const { success } = new Deno.Command(Deno.execPath(), {
        args: ["compile", ...flags, "--output", program, source],
        env: { DENORT_BIN: runtime },
        stdin: "null",
        stderr: "null",
      }).outputSync();
      return success && succeeds(program) ? program : null;
    });
  }

  /** The work of an apply as bare system calls. */
  get raw(): string | null {
    const program = `${this.folder}/raw`;
    return this.#once(
      "the bare system calls (cc)",
      () => succeeds(`cc -O2 -o ${program} ${this.support}/raw.c`) ? program : null,
    );
  }

  /** From the npm registry: the package of this platform has the program itself. */
  get mise(): string | null {
    return this.#once("mise", () => {
      const prefix = `${this.folder}/mise`;
      const cpu = Deno.build.arch === "aarch64" ? "arm64" : "x64";
      const os = Deno.build.os === "darwin" ? "macos" : Deno.build.os;
      const name = `@jdxcode/mise-${os}-${cpu}`;
      const how = "--silent --no-audit --no-fund --ignore-scripts";
      const program = `${prefix}/node_modules/${name}/bin/mise`;
      return succeeds(`npm install ${how} --prefix ${prefix} ${name} && ${program} --version`)
        ? program
        : null;
    });
  }

  get chezmoi(): string | null {
    const path = this.chezmoiPath;
    return this.#once(
      "chezmoi (--chezmoi PATH)",
      () => path !== null && succeeds(`'${path}' --version`) ? path : null,
    );
  }

  /** A program on PATH, or of a package of Debian's. */
  program(name: string): string | null {
    return this.#once(name, () => {
      const found = () => ask(`command -v ${name}`) || null;
      const wanted = PACKAGES[name];
      if (found() === null && wanted !== undefined && Deno.uid() === 0) {
        succeeds(`apt-get install -y ${wanted}`);
      }
      return found();
    });
  }

  /** Names and versions of those that were asked for and are there. */
  versions(): Record<string, string> {
    const asked: Record<string, string> = {
      mise: "--version",
      stow: "--version",
      "nix-build": "--version",
      "nix-store": "--version",
      zsh: "--version",
      bash: "--version",
    };
    const versions: Record<string, string> = {};
    for (const [name, program] of this.#known) {
      const key = name.split(" ")[0];
      if (program === null || !(key in asked || key === "chezmoi")) continue;
      const said = ask(`'${program}' ${asked[key] ?? "--version"}`);
      versions[key] = /\d+(\.\d+)+/.exec(said)?.[0] ?? "";
    }
    return versions;
  }

  #once(name: string, find: () => string | null): string | null {
    if (this.#known.has(name)) return this.#known.get(name)!;
    const found = find();
    this.#known.set(name, found);
    if (found === null) this.say(`bench: ${name} is not to be had, so its rows are left out`);
    return found;
  }
}

/** The runtime in an executable that `deno compile` has made: what comes before the program, whose length is at the
 * end of the file, in the last 8 of 24 bytes. */
function writeRuntime(executable: string, to: string): void {
  const bytes = Deno.readFileSync(executable);
  const program = Number(new DataView(bytes.buffer).getBigUint64(bytes.length - 8, true));
  Deno.writeFileSync(to, bytes.subarray(0, bytes.length - 24 - program), { mode: 0o755 });
}
