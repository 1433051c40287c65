/** The real `nix-store`, as a second opinion on the NAR format. */
import { Buffer } from "node:buffer";
import type { Processes } from "../../src/system/mod.ts";

/** Whether there is no `nix-store` here, so that its opinion can not be asked. */
export function nixMissing(processes: Processes): boolean {
  return processes.which("nix-store", PATH) === null;
}

const PATH = "/usr/local/bin:/usr/bin:/bin:/nix/var/nix/profiles/default/bin";

/** `nix-store --dump <path>` in a home of its own. */
export async function nixDump(processes: Processes, home: string, path: string): Promise<Buffer> {
  return await nixStore(processes, home, ["--dump", path]);
}

/** `nix-store --restore <path>`. */
export async function nixRestore(
  processes: Processes,
  home: string,
  path: string,
  archive: Uint8Array,
): Promise<void> {
  await nixStore(processes, home, ["--restore", path], archive);
}

async function nixStore(
  processes: Processes,
  home: string,
  args: string[],
  stdin?: Uint8Array,
): Promise<Buffer> {
  const finished = await processes.run({
    argv: ["nix-store", ...args],
    env: {
      PATH,
      HOME: home,
      NIX_STATE_DIR: `${home}/state`,
      NIX_STORE_DIR: `${home}/store`,
      NIX_CONFIG: "build-users-group =",
    },
    stdin,
    timeout: 60_000,
  });
  if (finished.code !== 0) throw new Error(Buffer.from(finished.stderr).toString());
  return Buffer.from(finished.stdout);
}
