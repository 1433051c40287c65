/** Takes the machine's ports, gives its settings; each kind's own file knows how. */
import { SysError } from "../../errors.ts";
import type { Account, WantedSetting } from "../../plan/types.ts";
import { FsError, type ReadFs, type System } from "../../system/mod.ts";
import { accountsOf } from "../accounts.ts";
import type { Adapters, Settings } from "../adapters.ts";
import type { Provider, SettingCommand, SettingWorld } from "./provider.ts";

/** The settings of this machine. */
export function settingsOf(
  system: Pick<System, "fs" | "processes" | "host">,
  adapters: Pick<Adapters, "environment" | "become">,
): Settings {
  return {
    async get({ kind, account }, asked) {
      return await (await providerOf(kind)).get(worldOf(system, adapters, account), asked);
    },
    async set({ kind, account }, changes) {
      await (await providerOf(kind)).set(worldOf(system, adapters, account), changes);
    },
  };
}

/** Loaded when there is a setting: most configurations have none. */
async function providerOf(kind: WantedSetting["kind"]): Promise<Provider> {
  const { PROVIDERS } = await import("./kinds.generated.ts");
  const providers: { readonly [K in WantedSetting["kind"]]: Provider } = PROVIDERS;
  if (Object.hasOwn(providers, kind)) return providers[kind];
  throw new SysError("snapshot", `Cannot look at settings of kind "${kind}": this sys has none`, {
    hint: "another version of sys wrote the current snapshot; use that one",
  });
}

function isClosed(fs: ReadFs, folder: string): boolean {
  try {
    fs.readDir(folder);
    return false;
  } catch (thrown) {
    if (!(thrown instanceof FsError)) throw thrown;
    return thrown.code === "EPERM" || thrown.code === "EACCES";
  }
}

function worldOf(
  system: Pick<System, "fs" | "processes" | "host">,
  adapters: Pick<Adapters, "environment" | "become">,
  account: Account | undefined,
): SettingWorld {
  const { fs, processes, host } = system, { environment, become } = adapters;
  // What `su` leaves of PATH has no folder of the system's own programs.
  const PATH = host.os === "windows"
    ? environment.PATH
    : `${environment.PATH ?? "/usr/bin:/bin"}:/usr/sbin:/sbin`;
  const env = { ...environment, PATH };
  const run = ({ argv, stdin }: SettingCommand) =>
    processes.run({ ...account ? become(account, { argv, env }) : { argv, env }, stdin });
  return {
    host,
    run,
    async must(what, command) {
      const { code, stderr } = await run(command);
      if (code === 0) return;
      throw new SysError(
        "activation",
        `Cannot ${what}: \`${command.argv.join(" ")}\` exited with ${code}`,
        { notes: new TextDecoder().decode(stderr).split("\n").filter(Boolean).slice(-10) },
      );
    },
    which: (program) => processes.which(program, PATH),
    accounts: accountsOf({ fs, host }),
    home: account?.home ?? environment.HOME ?? host.home,
    ownerOf: (path) => fs.lstat(path)?.uid ?? null,
    as: (other) => worldOf(system, adapters, other),
    isClosed: (folder) => isClosed(fs, folder),
  };
}
