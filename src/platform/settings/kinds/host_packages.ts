import type { ObservedSetting } from "../../../plan/types.ts";
import { installed, type Manager, managerOf, splitPackageKey } from "../host_packages.ts";
import { printed, type Provider, type SettingWorld } from "../provider.ts";

/** Keys: `<manager>:<package>`. */
export const host_packages: Provider = {
  async get(world, asked) {
    const present = new Map<string, ReadonlySet<string> | null>();
    for (const [manager, names] of byManager(asked.map(({ key }) => key))) {
      present.set(manager, await query(world, managerOf(manager), names));
    }
    return asked.map(({ key }): ObservedSetting => {
      const { manager, name } = splitPackageKey(key);
      const { program, root } = managerOf(manager);
      const found = present.get(manager)!;
      if (found === null) return { value: null, skipped: `skipped: there is no ${program} here` };
      const refused = root && !world.host.elevated ? { blocked: `${manager} needs root` } : {};
      return { value: found.has(name) ? true : null, ...refused };
    });
  },
  async set(world, changes) {
    const going = changes.filter(({ after }) => after === null).map(({ key }) => key);
    const coming = changes.filter(({ after }) => after !== null).map(({ key }) => key);
    for (const [op, keys] of [["remove", going], ["install", coming]] as const) {
      for (const [id, names] of byManager(keys)) {
        const manager = managerOf(id);
        const there = await query(world, manager, names) ?? new Set();
        const left = names.filter((name) => there.has(name) === (op === "remove"));
        if (left.length === 0) continue;
        for (const command of manager[op](left)) {
          await world.must(`${op} ${left.join(", ")}`, command);
        }
      }
    }
  },
};

/** Which of the names are installed; null where the manager is not there. */
async function query(
  world: SettingWorld,
  manager: Manager,
  names: readonly string[],
): Promise<ReadonlySet<string> | null> {
  if (!world.has(manager.program)) return null;
  const found = new Set<string>();
  for (const command of manager.query(names)) {
    const finished = await world.run(command);
    for (const name of installed(manager, names, printed(finished))) found.add(name);
  }
  return found;
}

function byManager(keys: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const { manager, name } = splitPackageKey(key);
    groups.set(manager, [...groups.get(manager) ?? [], name]);
  }
  return groups;
}
