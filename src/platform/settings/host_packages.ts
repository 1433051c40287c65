/** Takes a package of the host's own manager, gives command lines. Pure. Keys: `<manager>:<package>`. */
import { SysError } from "../../errors.ts";

/** What is run, and what it reads on standard input. */
export interface ManagerCommand {
  readonly argv: readonly string[];
  readonly stdin?: string;
}

interface Manager {
  /** Exits with 0 when the package is installed. */
  readonly query: (name: string) => ManagerCommand;
  readonly install: (name: string) => ManagerCommand;
  readonly remove: (name: string) => ManagerCommand;
}

const plain = (...argv: string[]) => (name: string): ManagerCommand => ({ argv: [...argv, name] });

const MANAGERS: Readonly<Record<string, Manager>> = {
  apt: {
    query: (name) => ({
      argv: ["sh", "-c", `dpkg-query -W -f '\${Status}' "$1" | grep -q ' installed$'`, "sh", name],
    }),
    install: plain("apt-get", "install", "--yes", "--no-install-recommends", "--"),
    remove: plain("apt-get", "remove", "--yes", "--"),
  },
  dnf: {
    query: plain("rpm", "--query", "--quiet", "--"),
    install: plain("dnf", "install", "--assumeyes", "--"),
    remove: plain("dnf", "remove", "--assumeyes", "--"),
  },
  pacman: {
    query: plain("pacman", "--query", "--quiet", "--"),
    install: plain("pacman", "--sync", "--noconfirm", "--needed", "--"),
    remove: plain("pacman", "--remove", "--noconfirm", "--"),
  },
  brew: {
    query: plain("brew", "list", "--formula"),
    install: (name) => ({
      argv: ["brew", "bundle", "--no-upgrade", "--file=-"],
      stdin: `brew ${rubyText(name)}\n`,
    }),
    remove: plain("brew", "uninstall", "--formula"),
  },
  cask: {
    query: plain("brew", "list", "--cask"),
    install: (name) => ({
      argv: ["brew", "bundle", "--no-upgrade", "--file=-"],
      stdin: `cask ${rubyText(name)}\n`,
    }),
    remove: plain("brew", "uninstall", "--cask"),
  },
  winget: {
    query: plain("winget", "list", "--exact", "--id"),
    install: (name) => ({
      argv: [
        "winget",
        "install",
        "--exact",
        "--silent",
        "--accept-package-agreements",
        "--id",
        name,
      ],
    }),
    remove: plain("winget", "uninstall", "--exact", "--silent", "--id"),
  },
};

/** Managers that `host_packages` knows. */
export const managers: readonly string[] = Object.keys(MANAGERS);

/** Command for a package. @throws SysError of kind "config" for a manager or a name that can't be */
export function packageCommand(op: keyof Manager, key: string): ManagerCommand {
  const colon = key.indexOf(":");
  const manager = key.slice(0, colon), name = key.slice(colon + 1);
  if (!Object.hasOwn(MANAGERS, manager)) {
    throw new SysError("config", `Cannot install ${name}: "${manager}" is no package manager`, {
      hint: `sys knows ${managers.join(", ")}`,
    });
  }
  // A name that starts with a dash would be taken for an option.
  if (!/^[A-Za-z0-9@][A-Za-z0-9@._+\/:-]*$/.test(name)) {
    throw new SysError("config", `Cannot install "${name}": that is no name of a package`);
  }
  return MANAGERS[manager][op](name);
}

function rubyText(text: string): string {
  return JSON.stringify(text).replaceAll("#", "\\#");
}
