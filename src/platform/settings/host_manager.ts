/** Takes a package manager, gives where it is here and as whom it is run. */
import { managerOf } from "./host_packages.ts";
import type { Manager } from "./package_manager.ts";
import type { SettingCommand, SettingWorld } from "./provider.ts";

/** A manager that is there. */
export interface Here {
  /** As whom it is run. */
  readonly world: SettingWorld;
  readonly program: string;
  /** Why it can't change anything. */
  readonly blocked?: string;
}

/** Null where there is none. */
export function whereIs(world: SettingWorld, id: string): Here | null {
  const { program, root, owned } = managerOf(id);
  if (owned !== undefined) return ownedAt(world, program, owned.at);
  if (world.which(program) === null) return null;
  const blocked = root && !world.host.elevated ? `${id} needs root` : undefined;
  return { world, program, ...(blocked ? { blocked } : {}) };
}

/** The command of a manager as it is run here. */
export function placed(
  { owned }: Manager,
  { program }: Here,
  command: SettingCommand,
): SettingCommand {
  return owned === undefined ? command : owned.command(program, command);
}

/** What belongs to a user is run as that user, never as root: its files would be root's then. */
function ownedAt(world: SettingWorld, name: string, paths: readonly string[]): Here | null {
  const program = paths.find((path) => world.ownerOf(path) !== null) ?? world.which(name);
  if (program === null) return null;
  const { host, accounts } = world, uid = world.ownerOf(program) ?? host.uid;
  if (uid === 0) return { world, program, blocked: `${program} is root's, and refuses to run so` };
  if (uid === host.uid) return { world, program };
  const owner = accounts.user(uid);
  if (host.elevated && owner !== null) return { world: world.as(owner), program };
  const whose = owner?.name ?? `user ${uid}`;
  return { world, program, blocked: `${name} belongs to ${whose}: run sys as ${whose}` };
}
