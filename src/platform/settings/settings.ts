/** Takes the machine's ports, gives its settings: defaults, accounts, packages of the host's own manager, the
 * registry. */
import { SysError } from "../../errors.ts";
import type { Json } from "../../manifest/types.ts";
import type { WantedSetting } from "../../plan/types.ts";
import type { System } from "../../system/mod.ts";
import type { Settings } from "../adapters.ts";
import { createAccount, hasAccount, parseAccountKey, removeAccount } from "./accounts.ts";
import { readDefaults, splitDefaultKey, valueInDomain, writeDefault } from "./defaults.ts";
import { type ManagerCommand, packageCommand } from "./host_packages.ts";
import { readVariable, valueInQuery, writeVariable } from "./registry.ts";

type Kind = WantedSetting["kind"];

/** The settings of this machine. */
export function settingsOf(
  system: Pick<System, "fs" | "processes" | "host">,
  environment: Readonly<Record<string, string>>,
): Settings {
  const { fs, processes, host } = system;
  const run = ({ argv, stdin }: ManagerCommand) => processes.run({ argv, stdin, env: environment });
  const must = async (what: string, command: ManagerCommand) => {
    const { code, stderr } = await run(command);
    if (code === 0) return;
    throw new SysError(
      "activation",
      `Cannot ${what}: \`${command.argv.join(" ")}\` exited with ${code}`,
      { notes: new TextDecoder().decode(stderr).split("\n").filter(Boolean).slice(-10) },
    );
  };
  const database = (path: string) =>
    fs.lstat(path) === null ? "" : new TextDecoder().decode(fs.readFile(path));
  return {
    async get(kind: Kind, key: string, wanted: Json): Promise<Json> {
      refuseElsewhere(kind, key, host);
      switch (kind) {
        case "default": {
          const { domain, key: name } = splitDefaultKey(key);
          const { stdout } = await run({ argv: readDefaults(domain) });
          return valueInDomain(new TextDecoder().decode(stdout), name);
        }
        case "account": {
          const account = parseAccountKey(key);
          const there = hasAccount(account, database("/etc/passwd"), database("/etc/group"));
          return there ? wanted : null;
        }
        case "environment": {
          const { stdout } = await run({ argv: readVariable(key) });
          return valueInQuery(new TextDecoder().decode(stdout), key);
        }
        case "host_packages": {
          const { argv } = packageCommand("query", key);
          if (processes.which(argv[0], environment.PATH) === null) {
            throw new SysError("activation", `Cannot look for ${key}: there is no ${argv[0]} here`);
          }
          return (await run({ argv })).code === 0 ? wanted : null;
        }
      }
    },
    async set(kind: Kind, key: string, value: Json): Promise<void> {
      switch (kind) {
        case "default": {
          const { domain, key: name } = splitDefaultKey(key);
          return await must(`set ${key}`, { argv: writeDefault(domain, name, value) });
        }
        case "account": {
          const account = parseAccountKey(key);
          // Done already, or undone already: both are to be harmless.
          const there = hasAccount(account, database("/etc/passwd"), database("/etc/group"));
          if (there === (value !== null)) return;
          const argv = value === null ? removeAccount(account) : createAccount(account, value);
          return await must(`${value === null ? "remove" : "make"} ${key}`, { argv });
        }
        case "environment": {
          const argv = writeVariable(key, value === null ? null : String(value));
          return await must(`set ${key}`, { argv });
        }
        case "host_packages": {
          const there = (await run(packageCommand("query", key))).code === 0;
          if (there === (value !== null)) return;
          const op = value === null ? "remove" : "install";
          return await must(`${op} ${key}`, packageCommand(op, key));
        }
      }
    },
  };
}

/** Says so where a setting can't be had on this machine. */
function refuseElsewhere(kind: Kind, key: string, host: System["host"]): void {
  if (kind === "default" && host.os !== "darwin") {
    throw new SysError("activation", `Cannot set ${key}: only macOS has defaults`, {
      hint: "declare it where `syslua.is_darwin`",
    });
  }
  if (kind !== "account") return;
  if (host.os !== "linux") {
    throw new SysError("activation", `Cannot make ${key}: sys does that on Linux only`);
  }
  if (!host.elevated) {
    throw new SysError("activation", `Cannot make ${key}: you are not root`);
  }
}
