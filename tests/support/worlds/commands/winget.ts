/** Stands in for winget (1.6) and Scoop (0.5): packages that are installed, their messages and exit codes. */
import type { Answer, StandIn } from "./programs.ts";

/** Each flag without which winget asks, or takes another package. */
const FLAGS = ["--exact", "--accept-source-agreements", "--disable-interactivity"];

export class Winget {
  /** Ids. */
  readonly installed: Set<string>;
  readonly #known: ReadonlySet<string>;

  constructor(known: readonly string[], installed: readonly string[] = []) {
    this.#known = new Set(known);
    this.installed = new Set(installed);
  }

  readonly program: StandIn = ({ args }) => {
    const id = args[args.indexOf("--id") + 1];
    const missing = FLAGS.find((flag) => !args.includes(flag));
    if (missing !== undefined) return { code: 1, stderr: `would ask: ${missing}\n` };
    const none = (code: number, stdout: string): Answer => ({ code: code | 0, stdout });
    switch (args[0]) {
      case "list": {
        if (!this.installed.has(id)) {
          return none(0x8A150014, "No installed package found matching input criteria.\r\n");
        }
        // As wide as a console: long ids are cut.
        const shown = id.length > 20 ? `${id.slice(0, 19)}\u2026` : id;
        return { stdout: `Name Id Version\r\n-----\r\nX ${shown} 1.0\r\n` };
      }
      case "install":
        if (!args.includes("--silent") || !args.includes("--accept-package-agreements")) {
          return { code: 1, stderr: "would ask\n" };
        }
        if (!this.#known.has(id)) {
          return none(0x8A150014, "No package found matching input criteria.\r\n");
        }
        if (this.installed.has(id)) return none(0x8A15002B, "No available upgrade found.\r\n");
        this.installed.add(id);
        return { stdout: "Successfully installed\r\n" };
      case "uninstall":
        if (this.installed.delete(id)) return { stdout: "Successfully uninstalled\r\n" };
        return none(0x8A150014, "No installed package found matching input criteria.\r\n");
    }
    return none(0x8A150002, "Unrecognized command\r\n");
  };
}

export class Scoop {
  /** Names. */
  readonly installed = new Set<string>();
  readonly #known: ReadonlySet<string>;

  constructor(known: readonly string[]) {
    this.#known = new Set(known);
  }

  readonly program: StandIn = ({ args: [op, ...names] }) => {
    switch (op) {
      case "export": {
        const apps = [...this.installed].map((Name) => ({ Name, Source: "main", Version: "1" }));
        return { stdout: JSON.stringify({ buckets: [], apps }, null, 4).replaceAll("\n", "\r\n") };
      }
      case "install":
        for (const name of names.map((one) => one.split("/").at(-1)!)) {
          // It says so, and ends with 0.
          if (!this.#known.has(name)) {
            return { stdout: `Couldn't find manifest for '${name}'.\r\n` };
          }
          this.installed.add(name);
        }
        return {};
      case "uninstall":
        for (const name of names) this.installed.delete(name.split("/").at(-1)!);
        return {};
    }
    return { code: 1, stdout: `scoop: '${op}' isn't a scoop command. See 'scoop help'.\r\n` };
  };
}
