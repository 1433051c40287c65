/** Finds the keys of who runs the command: where sops looks, and the host's own for root. */
import { join } from "node:path/posix";
import { messageOf, SysError } from "../errors.ts";
import { variablePath } from "../system/named_path.ts";
import { nativePaths } from "../system/native_path.ts";
import type { Host, ReadFs } from "../system/mod.ts";
import { ageIdentity, type Identity, identityOfSsh } from "./age.ts";
import { badFile } from "./bad_file.ts";

/** What was found. */
export interface Found {
  readonly identities: readonly Identity[];
  /** Files that are there and can't be used, and why. */
  readonly unused: readonly string[];
}

interface World {
  readonly fs: ReadFs;
  readonly host: Host;
}

export const HOST_KEY = "/etc/ssh/ssh_host_ed25519_key";

/** Where a new key of a person's is put. */
export function ownKeyFile({ fs, host }: World): string {
  const files = keyFiles(host);
  return files.find((path) => fs.lstat(path) !== null) ?? files[0];
}

/** Keys of age of a person: the system's usual place first, then that of Linux. */
function keyFiles(host: Host): string[] {
  const linux = join(host.home, ".config");
  const native = (path: string) => nativePaths(host.os).fromNative(path);
  const own = variablePath(host, "XDG_CONFIG_HOME") ??
    (host.os === "darwin"
      ? join(host.home, "Library/Application Support")
      : host.os === "windows"
      ? native(host.env("AppData") ?? join(host.home, "AppData/Roaming"))
      : linux);
  return [...new Set([own, linux])].map((folder) => join(folder, "sops/age/keys.txt"));
}

/** @param withHost whether root's include the machine's own
 * @throws SysError where a variable names what can't be used */
export async function findIdentities(world: World, withHost = true): Promise<Found> {
  const { host } = world;
  const identities: Identity[] = [];
  const unused: string[] = [];
  const add = async (name: string, required: boolean, read: () => Promise<Identity[]>) => {
    try {
      identities.push(...await read());
    } catch (thrown) {
      const message = `Cannot use the keys of ${name}: ${messageOf(thrown)}`;
      if (required) throw new SysError("config", message);
      unused.push(message);
    }
  };
  const variable = host.env("SOPS_AGE_KEY");
  if (variable) await add("SOPS_AGE_KEY", true, () => ageKeys(variable.split(/\s+/)));
  for (const { path, required, ssh } of places(world, withHost)) {
    await add(path, required, () => keysIn(world.fs, path, ssh));
  }
  return { identities, unused };
}

interface Place {
  readonly path: string;
  /** Whether somebody has named it. */
  readonly required: boolean;
  readonly ssh: boolean;
}

function places({ fs, host }: World, withHost: boolean): Place[] {
  const named = (variable: string, ssh: boolean): Place[] => {
    const path = variablePath(host, variable);
    return path === undefined ? [] : [{ path, required: true, ssh }];
  };
  const usual = (path: string, ssh: boolean): Place[] =>
    fs.lstat(path) === null ? [] : [{ path, required: false, ssh }];
  return [
    ...named("SOPS_AGE_KEY_FILE", false),
    ...keyFiles(host).flatMap((path) => usual(path, false)),
    ...named("SOPS_AGE_SSH_PRIVATE_KEY_FILE", true),
    ...usual(join(host.home, ".ssh/id_ed25519"), true),
    ...(withHost && host.elevated && host.os !== "windows" ? usual(HOST_KEY, true) : []),
  ];
}

async function keysIn(fs: ReadFs, path: string, ssh: boolean): Promise<Identity[]> {
  const text = new TextDecoder().decode(fs.readFile(path));
  if (ssh) return [identityOfSsh(text)];
  if (/^(age-encryption\.org\/|-----BEGIN AGE)/.test(text)) throw badFile("it has a passphrase");
  return await ageKeys(text.split("\n"));
}

async function ageKeys(lines: readonly string[]): Promise<Identity[]> {
  const identities: Identity[] = [];
  for (const [n, line] of lines.entries()) {
    const key = line.trim();
    if (key === "" || key.startsWith("#")) continue;
    try {
      identities.push(await ageIdentity(key));
    } catch (thrown) {
      throw badFile(`line ${n + 1}: ${messageOf(thrown)}`);
    }
  }
  return identities;
}
