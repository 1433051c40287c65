/** Takes packages of the host's own manager, gives command lines, and reads what they print. Pure.
 * Keys: `<manager>:<package>`. */
import { SysError } from "../../errors.ts";
import { BREW, brewCommand } from "./homebrew.ts";
import type { SettingCommand } from "./provider.ts";

export interface Manager {
  /** What must be there. */
  readonly program: string;
  /** For one that belongs to a user: absolute paths where it may be, and its commands by that path. It is run as who
   * owns it. */
  readonly owned?: {
    readonly at: readonly string[];
    readonly command: (program: string, command: SettingCommand) => SettingCommand;
  };
  /** Whether only root may change anything. */
  readonly root: boolean;
  /** Prints what is installed of some packages, or of all. */
  readonly query: (names: readonly string[]) => readonly SettingCommand[];
  /** Names that a line of that says are installed. */
  readonly line: (line: string) => readonly string[];
  readonly install: (names: readonly string[]) => readonly SettingCommand[];
  readonly remove: (names: readonly string[]) => readonly SettingCommand[];
}

type Commands = Manager["install"];

/** One command for all. */
const once = (...argv: string[]): Commands => (names) => [{ argv: [...argv, ...names] }];
/** One command for each: the program takes no more. */
const each = (...argv: string[]): Commands => (names) =>
  names.map((name) => ({ argv: [...argv, name] }));
const itself = (line: string) => [line.trim()];

/** Seconds that apt waits for another one to end. */
const LOCK = ["-o", "DPkg::Lock::Timeout=600"];
const apt = (op: string, ...flags: string[]) =>
  once("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...LOCK, op, "--yes", ...flags, "--");

const brew = (what: "brew" | "cask", flag: string): Manager => ({
  program: "brew",
  owned: { at: BREW, command: brewCommand },
  root: false,
  query: () => [{ argv: ["brew", "list", flag, "-1"] }],
  line: itself,
  install: (names) => [{
    argv: ["brew", "bundle", "--no-upgrade", "--file=-"],
    stdin: names.map((name) => `${what} ${rubyText(name)}\n`).join(""),
  }],
  remove: once("brew", "uninstall", flag),
});

const MANAGERS: Readonly<Record<string, Manager>> = {
  apt: {
    program: "apt-get",
    root: true,
    query: once(
      "dpkg-query",
      "-W",
      "-f",
      "${Package} ${Architecture} ${db:Status-Status}\\n",
      "--",
    ),
    line(line) {
      const [name, architecture, status] = line.split(" ");
      return status === "installed" ? [name, `${name}:${architecture}`] : [];
    },
    install: apt("install", "--no-install-recommends"),
    remove: apt("remove"),
  },
  dnf: {
    program: "dnf",
    root: true,
    query: once("rpm", "--query", "--queryformat", "%{NAME} %{ARCH} %{VERSION}\\n", "--"),
    line(line) {
      const [name, architecture, version, ...more] = line.split(" ");
      return more.length > 0 ? [] : [name, `${name}.${architecture}`, `${name}-${version}`];
    },
    install: once("dnf", "install", "--assumeyes", "--"),
    remove: once("dnf", "remove", "--assumeyes", "--"),
  },
  pacman: {
    program: "pacman",
    root: true,
    query: once("pacman", "--query", "--quiet", "--"),
    line: itself,
    install: once("pacman", "--sync", "--noconfirm", "--needed", "--"),
    remove: once("pacman", "--remove", "--noconfirm", "--"),
  },
  brew: brew("brew", "--formula"),
  cask: brew("cask", "--cask"),
  winget: {
    program: "winget",
    root: false,
    query: each("winget", "list", "--exact", "--id"),
    line: (line) => line.split(/\s+/),
    install: each(
      "winget",
      "install",
      "--exact",
      "--silent",
      "--accept-package-agreements",
      "--id",
    ),
    remove: each("winget", "uninstall", "--exact", "--silent", "--id"),
  },
};

/** Managers that `host_packages` knows. */
export const managers: readonly string[] = Object.keys(MANAGERS);

/** A manager by its name. @throws SysError of kind "config" for one that sys does not know */
export function managerOf(name: string): Manager {
  if (Object.hasOwn(MANAGERS, name)) return MANAGERS[name];
  throw new SysError("config", `Cannot install packages: "${name}" is no package manager`, {
    hint: `sys knows ${managers.join(", ")}`,
  });
}

/** Manager and package again. @throws SysError of kind "config" for a name that can't be one */
export function splitPackageKey(key: string): { readonly manager: string; readonly name: string } {
  const colon = key.indexOf(":");
  const manager = key.slice(0, colon), name = key.slice(colon + 1);
  // A name that starts with a dash would be taken for an option.
  if (/^[A-Za-z0-9@][A-Za-z0-9@._+\/:-]*$/.test(name)) return { manager, name };
  throw new SysError("config", `Cannot install "${name}": that is no name of a package`);
}

/** Which of the names are installed, by what the query printed. */
export function installed(
  manager: Manager,
  names: readonly string[],
  output: string,
): readonly string[] {
  const found = new Set(output.split("\n").filter(Boolean).flatMap(manager.line));
  // Of `tap/name` Homebrew prints the name.
  return names.filter((name) => found.has(name) || found.has(name.split("/").at(-1)!));
}

function rubyText(text: string): string {
  return JSON.stringify(text).replaceAll("#", "\\#");
}
