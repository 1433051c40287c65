/** Stands in for macOS's launchctl(1): domains, services and what is disabled, with its messages (macOS 14) and exit
 * codes. */
import type { Plist } from "../../../../src/platform/plist/plist.ts";
import { readPlist } from "../../../../src/platform/plist/read.ts";
import type { Answer, StandIn } from "./programs.ts";

interface Loaded {
  readonly plist: ReadonlyMap<string, Plist>;
  state: "running" | "not running" | "waiting";
  lastExit: number | null;
  /** Looks until it is gone; null while it is not going. */
  going: number | null;
}

export interface LaunchdOptions {
  /** Users that are logged in at the screen, by number. */
  readonly screens: readonly number[];
  /** Users by number. */
  readonly users: Readonly<Record<number, string>>;
  /** Content of a property list; null where there is none. */
  readonly read: (path: string) => string | null;
  /** How many looks a service takes to end. */
  readonly slow?: number;
  /** How many times bootstrapping fails with EIO first, as it does right after a bootout. */
  readonly flaky?: number;
  /** Bootstrapping loads a service, and says EIO all the same. */
  readonly late?: boolean;
  /** A service ends by itself right before it is booted out. */
  readonly vanishing?: boolean;
}

export class Launchd {
  /** By `<domain>/<label>`. */
  readonly loaded = new Map<string, Loaded>();
  readonly disabled = new Set<string>();
  /** That were disabled once. */
  readonly #enabled = new Set<string>();
  readonly #options: LaunchdOptions;
  #flaky: number;

  constructor(options: LaunchdOptions) {
    this.#options = options;
    this.#flaky = options.flaky ?? 0;
  }

  readonly program: StandIn = ({ args: [op, target = "", path = ""], args, user, run }) => {
    switch (op) {
      case "asuser":
        return run(args.slice(2), user);
      case "print":
        return this.#print(target);
      case "enable":
        if (this.disabled.delete(target)) this.#enabled.add(target);
        return {};
      case "disable":
        this.disabled.add(target);
        return {};
      case "print-disabled":
        return this.#printDisabled(target);
      case "bootstrap":
        return this.#bootstrap(target, path, user);
      case "bootout":
        return this.#bootout(target);
    }
    return { code: 64, stderr: `Unrecognized subcommand: ${op}\n` };
  };

  #printDisabled(domain: string): Answer {
    if (!this.#hasDomain(domain)) return { code: 125, stderr: "Could not print domain\n" };
    const lines = (targets: ReadonlySet<string>, word: string) =>
      [...targets].filter((it) => it.startsWith(`${domain}/`))
        .map((it) => `\t\t"${it.slice(domain.length + 1)}" => ${word}\n`).join("");
    const text = lines(this.disabled, "disabled") + lines(this.#enabled, "enabled");
    return { stdout: `\n\tdisabled services = {\n${text}\t}\n` };
  }

  #hasDomain(domain: string): boolean {
    const [kind, uid] = domain.split("/");
    if (kind === "system") return uid === undefined;
    if (kind === "gui") return this.#options.screens.includes(Number(uid));
    return kind === "user" && Number(uid) in this.#options.users;
  }

  #print(target: string): Answer {
    if (target === "system" || /^(gui|user)\/\d+$/.test(target)) {
      if (this.#hasDomain(target)) return { stdout: `${target} = {\n\ttype = login\n}\n` };
      const said = "Domain does not support specified action";
      return { code: 125, stderr: `Could not print domain: 125: ${said}\n` };
    }
    const found = this.#look(target);
    const [label, domain] = [target.split("/").at(-1), target.slice(0, target.lastIndexOf("/"))];
    if (found === null) {
      const where = domain.replace("gui/", "user gui: ").replace("user/", "uid: ");
      const said = `Could not find service "${label}" in domain for ${where}`;
      return { code: 113, stderr: `Bad request.\n${said}\n` };
    }
    const exit = found.lastExit ?? "(never exited)";
    return {
      stdout: `${target} = {\n\tactive count = 1\n\tpath = /x\n\ttype = LaunchAgent\n` +
        `\tstate = ${found.state}\n\n\tendpoints = {\n\t\t"e" = {\n\t\t\tstate = active\n\t\t}\n\t}\n` +
        `\tlast exit code = ${exit}\n}\n`,
    };
  }

  /** Time passes for what is going. */
  #look(target: string): Loaded | null {
    const found = this.loaded.get(target);
    if (found === undefined) return null;
    if (found.going === null) return found;
    if (found.going-- > 0) return found;
    this.loaded.delete(target);
    return null;
  }

  #bootstrap(domain: string, path: string, user: string): Answer {
    const fails = (code: number, why: string): Answer => ({
      code,
      stderr: `Bootstrap failed: ${code}: ${why}\n`,
    });
    if (!this.#hasDomain(domain)) return fails(125, "Domain does not support specified action");
    if (domain === "system" && user !== "root") return fails(1, "Operation not permitted");
    const text = this.#options.read(path);
    if (text === null) return fails(2, "No such file or directory");
    if (this.#flaky-- > 0) return fails(5, "Input/output error");
    const plist = readPlist(text) as ReadonlyMap<string, Plist>;
    const target = `${domain}/${plist.get("Label")}`;
    const there = this.loaded.get(target);
    if (there !== undefined && there.going !== null) {
      return fails(37, "Operation already in progress");
    }
    if (there !== undefined || this.disabled.has(target)) return fails(5, "Input/output error");
    const kept = plist.get("KeepAlive") === true, once = plist.get("RunAtLoad") === true;
    const state = kept ? "running" : "not running";
    this.loaded.set(target, { plist, state, lastExit: once && !kept ? 0 : null, going: null });
    return this.#options.late ? fails(5, "Input/output error") : {};
  }

  #bootout(target: string): Answer {
    if (this.#options.vanishing) this.loaded.delete(target);
    const found = this.#look(target);
    if (found === null) return { code: 3, stderr: "Boot-out failed: 3: No such process\n" };
    if (found.going !== null) {
      return { code: 36, stderr: "Boot-out failed: 36: Operation now in progress\n" };
    }
    found.going = this.#options.slow ?? 0;
    return {};
  }
}
