/** Takes packages of the host's own manager, gives command lines, and reads what they print. Pure.
 * Keys: `<manager>:<package>`. */
import { SysError } from "../../errors.ts";
import { BREW, brewCommand } from "./homebrew.ts";
import type { Manager } from "./package_manager.ts";
import { scoop, winget } from "./windows_managers.ts";

type Commands = Manager["install"];

/** One command for all. */
const once = (...argv: string[]): Commands => (names) => [{ argv: [...argv, ...names] }];
/** One query for all. */
const asking = (...argv: string[]): Manager["query"] => (names) => [
  { argv: [...argv, ...names], about: names },
];

/** Names by lines of the output. */
const lines =
  (namesIn: (line: string) => readonly string[]): Manager["found"] => (names, { output }) => {
    const found = new Set(output.split("\n").filter(Boolean).flatMap(namesIn));
    // Of `tap/name` Homebrew prints the name.
    return names.filter((name) => found.has(name) || found.has(name.split("/").at(-1)!));
  };
const itself = lines((line) => [line.trim()]);

/** Seconds that apt waits for another one to end. */
const LOCK = ["-o", "DPkg::Lock::Timeout=600"];
const apt = (op: string, ...flags: string[]) =>
  once("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...LOCK, op, "--yes", ...flags, "--");

const brew = (what: "brew" | "cask", flag: string): Manager => ({
  program: "brew",
  owned: { at: BREW, command: brewCommand },
  root: false,
  query: (names) => [{ argv: ["brew", "list", flag, "-1"], about: names }],
  found: itself,
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
    query: asking(
      "dpkg-query",
      "-W",
      "-f",
      "${Package} ${Architecture} ${db:Status-Status}\\n",
      "--",
    ),
    found: lines((line) => {
      const [name, architecture, status] = line.split(" ");
      return status === "installed" ? [name, `${name}:${architecture}`] : [];
    }),
    install: apt("install", "--no-install-recommends"),
    remove: apt("remove"),
  },
  dnf: {
    program: "dnf",
    root: true,
    query: asking("rpm", "--query", "--queryformat", "%{NAME} %{ARCH} %{VERSION}\\n", "--"),
    found: lines((line) => {
      const [name, architecture, version, ...more] = line.split(" ");
      return more.length > 0 ? [] : [name, `${name}.${architecture}`, `${name}-${version}`];
    }),
    install: once("dnf", "install", "--assumeyes", "--"),
    remove: once("dnf", "remove", "--assumeyes", "--"),
  },
  pacman: {
    program: "pacman",
    root: true,
    query: asking("pacman", "--query", "--quiet", "--"),
    found: itself,
    install: once("pacman", "--sync", "--noconfirm", "--needed", "--"),
    remove: once("pacman", "--remove", "--noconfirm", "--"),
  },
  brew: brew("brew", "--formula"),
  cask: brew("cask", "--cask"),
  winget,
  scoop,
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

function rubyText(text: string): string {
  return JSON.stringify(text).replaceAll("#", "\\#");
}
