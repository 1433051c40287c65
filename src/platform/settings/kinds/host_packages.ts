import { SysError } from "../../../errors.ts";
import type { ObservedSetting } from "../../../plan/types.ts";
import { managerOf, splitPackageKey } from "../host_packages.ts";
import { type Here, placed, whereIs } from "../host_manager.ts";
import { printed, type Provider, type SettingWorld } from "../provider.ts";

/** Keys: `<manager>:<package>`. */
export const host_packages: Provider = {
  async get(world, asked) {
    const present = new Map<string, Found | null>();
    for (const [manager, names] of byManager(asked.map(({ key }) => key))) {
      present.set(manager, await find(world, manager, names));
    }
    return asked.map(({ key }): ObservedSetting => {
      const { manager, name } = splitPackageKey(key);
      const found = present.get(manager)!;
      if (found === null) {
        const { program } = managerOf(manager);
        return { value: null, skipped: `skipped: there is no ${program} here` };
      }
      const { names, here: { blocked } } = found;
      return { value: names.has(name) ? true : null, ...(blocked ? { blocked } : {}) };
    });
  },
  async set(world, changes) {
    const going = changes.filter(({ after }) => after === null).map(({ key }) => key);
    const coming = changes.filter(({ after }) => after !== null).map(({ key }) => key);
    for (const [op, keys] of [["remove", going], ["install", coming]] as const) {
      for (const [id, names] of byManager(keys)) {
        const manager = managerOf(id);
        const found = await find(world, id, names);
        const left = names.filter((name) =>
          (found?.names.has(name) ?? false) === (op === "remove")
        );
        if (left.length === 0) continue;
        // Without the program what it says is the error.
        const here = found?.here ?? { world, program: manager.program };
        for (const command of manager[op](left)) {
          await here.world.must(`${op} ${left.join(", ")}`, placed(manager, here, command));
        }
        if (manager.doubted) await refuseUndone(world, id, op, left);
      }
    }
  },
};

/** @throws SysError where packages are not as they shall be */
async function refuseUndone(
  world: SettingWorld,
  id: string,
  op: "install" | "remove",
  names: readonly string[],
): Promise<void> {
  const there = (await find(world, id, names))?.names ?? new Set();
  const undone = names.filter((name) => there.has(name) !== (op === "install"));
  if (undone.length === 0) return;
  throw new SysError("activation", `Cannot ${op} ${undone.join(", ")}: ${id} did not`);
}

/** A manager, and which of the names it has installed. */
interface Found {
  readonly here: Here;
  readonly names: ReadonlySet<string>;
}

/** Null where the manager is not there. */
async function find(
  world: SettingWorld,
  id: string,
  names: readonly string[],
): Promise<Found | null> {
  const here = whereIs(world, id), manager = managerOf(id);
  if (here === null) return null;
  const found = new Set<string>();
  // Root does not even ask what is not root's.
  if (manager.owned && here.blocked && world.host.elevated) return { here, names: found };
  for (const command of manager.query(names)) {
    const finished = await here.world.run(placed(manager, here, command));
    const answer = { code: finished.code, output: printed(finished) };
    for (const name of manager.found(command.about, answer)) found.add(name);
  }
  return { here, names: found };
}

function byManager(keys: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const { manager, name } = splitPackageKey(key);
    groups.set(manager, [...groups.get(manager) ?? [], name]);
  }
  return groups;
}
