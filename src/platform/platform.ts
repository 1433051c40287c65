/** Takes the machine's ports, gives what an apply may use of the platform beside files. */
import { powershellLines } from "../manifest/powershell.ts";
import type { System } from "../system/mod.ts";
import type { Places } from "./places.ts";
import { accountsOf } from "./accounts.ts";
import type { Adapters } from "./adapters.ts";
import { commandEnvironment } from "./environment.ts";
import { relabel } from "./labels.ts";
import { type LinkSupport, linkSupport } from "./links.ts";
import { serviceManager } from "./services/manager.ts";
import { settingsOf } from "./settings/settings.ts";

/** Half an hour: long enough for a package manager, short enough for whoever finds it hanging. */
const COMMAND_TIMEOUT = 30 * 60_000;

/** The platform that the program runs on. Nothing is run or read before it is asked for. */
export function platformAdapters(
  system: Pick<System, "fs" | "processes" | "host" | "clock">,
  places: Pick<Places, "root" | "home">,
): Adapters {
  const { host, processes } = system;
  const environment = commandEnvironment(host, places);
  let links: LinkSupport | undefined;
  const numbers = new Map<string, number | undefined>();
  const numberOf = (name: string) => {
    if (!numbers.has(name)) numbers.set(name, accountsOf(system).user(name)?.uid);
    return numbers.get(name);
  };
  const become: Adapters["become"] = (account, { argv, env }) => ({
    argv: host.os === "darwin"
      ? [...inSession(numberOf(account.name)), ...sudo(account.name), ...argv]
      : ["runuser", "-u", account.name, "--", ...argv],
    cwd: account.home,
    env: { ...forOthers(env), HOME: account.home, USER: account.name, LOGNAME: account.name },
  });
  return {
    processes,
    shell: (line) => host.os === "windows" ? powershellLines(line) : ["/bin/sh", "-c", line],
    environment,
    home: places.home,
    commandTimeout: COMMAND_TIMEOUT,
    become,
    relabel: (paths) => relabel(system, paths),
    async closedShells() {
      if (host.os !== "windows") return [];
      const { powershellFacts, whyClosed } = await import("./powershell_facts.ts");
      return (await powershellFacts(system, environment)).flatMap((facts) =>
        whyClosed(facts) ?? []
      );
    },
    get links() {
      return links ??= linkSupport(system);
    },
    services: serviceManager(system, environment),
    settings: settingsOf(system, { environment, become }),
  };
}

/** The session of a user's on macOS: preferences, agents and the key chain are reached from there only. */
function inSession(uid: number | undefined): readonly string[] {
  return uid === undefined ? [] : ["/bin/launchctl", "asuser", String(uid)];
}

function sudo(name: string): readonly string[] {
  return ["/usr/bin/sudo", "-n", "-H", "-u", name, "--"];
}

/** What of root's environment is right for another user too: neither folders nor sockets of root's own. */
function forOthers(environment: Readonly<Record<string, string>>): Record<string, string> {
  const own = /^(XDG_.*|SSH_AUTH_SOCK|DBUS_.*|DISPLAY|WAYLAND_DISPLAY|SHELL|TMPDIR)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.test(name)));
}
