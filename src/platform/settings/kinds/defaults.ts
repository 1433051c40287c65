import { join } from "node:path/posix";
import { messageOf, SysError } from "../../../errors.ts";
import type { SettingChange } from "../../../plan/types.ts";
import { fromJson, toJson } from "../../plist/json.ts";
import type { PlistTable } from "../../plist/plist.ts";
import {
  exportDomain,
  observedDefault,
  readDomain,
  splitDefaultKey,
  writeDefault,
} from "../defaults.ts";
import { printed, type Provider, type SettingWorld } from "../provider.ts";

/** What macOS asks of a program that looks into the containers of others. */
const PRIVACY = "macOS keeps it from this program: give your terminal Full Disk Access " +
  "(System Settings, Privacy & Security)";

/** Keys: `<domain>:<key>`. */
export const defaults: Provider = {
  async get(world, asked) {
    if (world.host.os !== "darwin") {
      const blocked = "only macOS has defaults (declare it where `syslua.is_darwin`)";
      return asked.map(() => ({ value: null, blocked }));
    }
    const domains = await domainsOf(world, asked);
    return asked.map(({ key, value }) => {
      const { domain, key: name } = splitDefaultKey(key);
      const found = domains.get(domain)!;
      return typeof found === "string"
        ? { value: null, blocked: found }
        : observedDefault(found.get(name), value);
    });
  },
  async set(world, changes) {
    const domains = await domainsOf(world, changes);
    for (const change of changes) {
      await give(world, change, domains.get(splitDefaultKey(change.key).domain)!);
    }
  },
};

async function give(
  world: SettingWorld,
  { key, after }: SettingChange,
  there: PlistTable | string,
): Promise<void> {
  if (typeof there === "string") {
    throw new SysError("activation", `Cannot set ${key}: ${there}`);
  }
  const { domain, key: name } = splitDefaultKey(key);
  const wanted = after === null ? undefined : fromJson(after);
  const found = there.get(name);
  // To delete what is not there is an error to the program.
  if (wanted === undefined && found === undefined) return;
  if (wanted !== undefined && found !== undefined && isSame(toJson(wanted), toJson(found))) return;
  const { code, stderr } = await world.run({ argv: writeDefault(domain, name, wanted) });
  if (code === 0) return;
  const said = new TextDecoder().decode(stderr);
  throw new SysError("activation", `Cannot set ${key}: \`defaults\` exited with ${code}`, {
    notes: said.split("\n").filter(Boolean).slice(-10),
    ...(said.includes("Could not write domain") ? { hint: PRIVACY } : {}),
  });
}

/** Each domain is asked for once. A text says why one can't be read. */
async function domainsOf(
  world: SettingWorld,
  keys: readonly { readonly key: string }[],
): Promise<Map<string, PlistTable | string>> {
  const domains = new Map<string, PlistTable | string>();
  for (const domain of new Set(keys.map(({ key }) => splitDefaultKey(key).domain))) {
    domains.set(domain, await domainNow(world, domain));
  }
  return domains;
}

async function domainNow(world: SettingWorld, domain: string): Promise<PlistTable | string> {
  // Of a container that it may not open the program says that there is no such domain.
  const container = join(world.home, "Library/Containers", domain, "Data/Library/Preferences");
  if (!domain.startsWith("/") && world.isClosed(container)) return PRIVACY;
  const finished = await world.run({ argv: exportDomain(domain) });
  if (finished.code !== 0) {
    const said = new TextDecoder().decode(finished.stderr).trim();
    return said.includes("does not exist") ? new Map() : `it can't be read: ${said}`;
  }
  try {
    return readDomain(printed(finished));
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    return `it can't be read: ${messageOf(thrown)}`;
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
