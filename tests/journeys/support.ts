/** A machine of its own for each test: home, config and root below a throw-away folder, real files, services and
 * settings that are only pretended. */
import { dirname, join } from "node:path";
import { apply, type ApplyRequest } from "../../src/journeys/apply.ts";
import type { BuildSettings } from "../../src/journeys/build.ts";
import type { EvaluationRequest } from "../../src/journeys/evaluate.ts";
import { UNDECIDED } from "../../src/journeys/propose.ts";
import { type Machine, openMachine } from "../../src/machine/open.ts";
import type { Json } from "../../src/manifest/types.ts";
import type { System } from "../../src/system/mod.ts";
import { openStore } from "../../src/store/store.ts";
import { realSystem } from "../../src/system/real.ts";
import { describeTree } from "../support/tree.ts";
import { withTemporary } from "../support/temporary.ts";
import { EVALUATION } from "./evaluation.ts";

/** Where a machine keeps its things, below the folder of the test. */
export interface Layout {
  readonly home: string;
  readonly config: string;
  readonly root: string;
}

const LAYOUT: Layout = { home: "home", config: "home/dotfiles", root: "home/.local/share/syslua" };

export class TestMachine {
  readonly home: string;
  readonly config: string;
  machine: Machine;
  /** Names of the services that run. */
  readonly running = new Set<string>();
  /** Values of settings, by `<kind>:<key>`. */
  readonly settings = new Map<string, Json>();

  constructor(dir: string, layout: Layout = LAYOUT) {
    this.home = join(dir, layout.home);
    this.config = join(dir, layout.config);
    for (const folder of [this.home, this.config]) Deno.mkdirSync(folder, { recursive: true });
    const opened = openMachine(systemOf(this.home, join(dir, layout.root)), "0.0.0");
    const pretended = { services: this.#services(), settings: this.#settings() };
    this.machine = { ...opened, adapters: { ...opened.adapters, ...pretended } };
  }

  /** From here on everything is seen as a new process sees it. */
  restart(): void {
    const { system, root } = this.machine;
    this.machine = { ...this.machine, store: openStore(system, root) };
  }

  /** Writes a file beside the config. */
  write(path: string, content: string): void {
    const full = join(this.config, path);
    Deno.mkdirSync(dirname(full), { recursive: true });
    Deno.writeTextFileSync(full, content);
  }

  /** Writes the entry file: a config whose `setup` has this body. */
  setup(body: string): void {
    this.write("init.lua", `return { setup = function()\n${body}\nend }\n`);
  }

  /** Writes a file in the home. */
  writeHome(path: string, content: string): void {
    Deno.mkdirSync(dirname(join(this.home, path)), { recursive: true });
    Deno.writeTextFileSync(join(this.home, path), content);
  }

  /** Text of a file in the home; null where none is. */
  read(path: string): string | null {
    try {
      return Deno.readTextFileSync(join(this.home, path));
    } catch {
      return null;
    }
  }

  /** All that lies in the home, except the config and what sys keeps for itself. */
  tree(): string[] {
    return describeTree(this.home, ["dotfiles", ".local", ".cache"]);
  }

  /** Text of a file in an object. */
  readObject(object: string, path: string): string {
    return Deno.readTextFileSync(join(this.machine.store.dir, "obj", object, path));
  }

  get evaluation(): EvaluationRequest {
    return {
      path: this.config,
      ...EVALUATION,
    };
  }

  /** @param built called whenever a derivation is finished */
  build(built: () => void = () => {}): BuildSettings {
    return {
      jobs: 1,
      sandbox: "off",
      observer: ({ kind }) => {
        if (kind === "finished") built();
      },
      signal: new AbortController().signal,
    };
  }

  /** Applies the config; nobody is asked unless `how` says so. */
  apply(how: Partial<ApplyRequest> & { readonly built?: () => void } = {}) {
    const { built, ...request } = how;
    return apply(this.machine, {
      ...this.evaluation,
      decide: () => Promise.resolve(UNDECIDED),
      build: () => this.build(built),
      description: "apply",
      ...request,
    });
  }

  #services(): Machine["adapters"]["services"] {
    const { running } = this;
    return {
      unitPath: (name, _user, home) => join(home, ".config/systemd/user", `${name}.service`),
      start: ({ name }) => Promise.resolve(void running.add(name)),
      stop: ({ name }) => Promise.resolve(void running.delete(name)),
      running: ({ name }) => Promise.resolve(running.has(name)),
    };
  }

  #settings(): Machine["adapters"]["settings"] {
    const { settings } = this;
    return {
      get: ({ kind }, asked) =>
        Promise.resolve(
          asked.map(({ key }) => ({ value: settings.get(`${kind}:${key}`) ?? null })),
        ),
      set({ kind }, changes) {
        for (const { key, after } of changes) settings.set(`${kind}:${key}`, after);
        return Promise.resolve();
      },
    };
  }
}

/** Runs a test body with a fresh machine. */
export function withMachine<T>(
  body: (machine: TestMachine, dir: string) => Promise<T> | T,
): Promise<T> {
  return withTemporary((dir) => body(new TestMachine(dir), dir));
}

function systemOf(home: string, root: string): System {
  const real = realSystem();
  const { arch, hostname, uid, gid, pid, processors, startOf, accounts, isInMemory } = real.host;
  const set: Readonly<Record<string, string>> = {
    HOME: home,
    SYSLUA_ROOT: root,
    SYSLUA_CACHE: join(home, ".cache/syslua"),
    PATH: "/usr/bin:/bin",
  };
  const user = { username: "me", elevated: false, administrator: false, uid, gid };
  const facts = {
    os: "linux",
    arch,
    hostname,
    pid,
    processors,
    startOf,
    accounts,
    isInMemory,
  } as const;
  return {
    ...real,
    host: { ...facts, ...user, home, cwd: home, env: (name) => set[name] },
  };
}
