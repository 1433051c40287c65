/** Takes the machine's ports, gives the services that launchd runs. */
import { SysError } from "../../errors.ts";
import type { Finished } from "../../system/processes.ts";
import type { System } from "../../system/mod.ts";
import { accountsOf } from "../accounts.ts";
import type { Service, ServiceManager } from "../adapters.ts";
import {
  isDisabled,
  isUp,
  label,
  launchctl,
  NOT_THERE,
  plistPath,
  readPrinted,
  readUnit,
  screenDomain,
  STILL_BUSY,
  SYSTEM_DOMAIN,
  userDomain,
} from "./launchd.ts";

/** Milliseconds between two looks, and how many there are: launchd gives a service 20 seconds to end. */
const PAUSE = 250;
const LOOKS = 120;

/** Services of macOS. */
export function launchdManager(
  system: Pick<System, "fs" | "processes" | "host" | "clock">,
  env: Readonly<Record<string, string>>,
): ServiceManager {
  const { fs, host } = system;
  const world: World = { ...system, run: (argv) => system.processes.run({ argv, env }) };
  return {
    unitPath(name, user, home) {
      if (user || host.elevated) return plistPath(name, user, home);
      throw new SysError(
        "activation",
        `Cannot enable the service ${name}: it belongs to the system, and you are not root`,
        { hint: "`user = true` makes it a service of your own session" },
      );
    },
    checkUnit: (name, content) => void readUnit(name, new TextDecoder().decode(content)),
    start: (service) => start(world, service),
    async stop(service) {
      await stop(world, service);
      const target = await targetOf(world, service);
      if (service.disable && target) await must(world, service, launchctl.disable(target));
    },
    async disabled(service) {
      const target = await targetOf(world, service);
      if (target === null) return false;
      const { code, stdout } = await world.run(launchctl.printDisabled(domainIn(target)));
      return code === 0 && isDisabled(new TextDecoder().decode(stdout), label(service.name));
    },
    async running(service) {
      const target = await targetOf(world, service);
      if (target === null) return false;
      const { code, stdout } = await world.run(launchctl.print(target));
      return code === 0 && isUp(readPrinted(new TextDecoder().decode(stdout)), unitAt(fs, service));
    },
  };
}

type World = Pick<System, "fs" | "host" | "clock"> & {
  run(argv: readonly string[]): Promise<Finished>;
};

/** From the unit as it is now: what runs from a former one ends first. */
async function start(world: World, service: Service): Promise<void> {
  refuseOtherLabel(service.name, new TextDecoder().decode(world.fs.readFile(service.unit)));
  const target = await targetOf(world, service);
  if (target === null) throw nobody(service);
  await stop(world, service);
  await must(world, service, launchctl.enable(target));
  const argv = launchctl.bootstrap(domainIn(target), service.unit);
  for (let looks = 0;; looks++) {
    const finished = await world.run(argv);
    if (finished.code === 0) return;
    // It may have loaded it all the same.
    if (await isLoaded(world, target)) return;
    if (!STILL_BUSY.has(finished.code) || looks >= TRIES) throw failed(service, argv, finished);
    await world.clock.sleep(PAUSE);
  }
}

/** EIO is also what a unit that launchd can't use ends with: that is not waited for as long. */
const TRIES = 20;

/** Ends when it is gone. */
async function stop(world: World, service: Service): Promise<void> {
  const target = await targetOf(world, service);
  if (target === null || !await isLoaded(world, target)) return;
  const argv = launchctl.bootout(target);
  const finished = await world.run(argv);
  const { code } = finished;
  if (code !== 0 && !STILL_BUSY.has(code) && !NOT_THERE.has(code)) {
    throw failed(service, argv, finished);
  }
  for (let looks = 0; await isLoaded(world, target); looks++) {
    if (looks >= LOOKS) throw failed(service, argv, finished);
    await world.clock.sleep(PAUSE);
  }
}

async function isLoaded(world: World, target: string): Promise<boolean> {
  return (await world.run(launchctl.print(target))).code === 0;
}

async function must(world: World, service: Service, argv: readonly string[]): Promise<void> {
  const finished = await world.run(argv);
  if (finished.code !== 0) throw failed(service, argv, finished);
}

/** `<domain>/<label>`: an agent's domain is the one of its user, with a screen where that user has one. Null where there
 * is no such user (any more): nothing of theirs runs. */
async function targetOf(world: World, service: Service): Promise<string | null> {
  if (!service.user) return `${SYSTEM_DOMAIN}/${label(service.name)}`;
  const { account } = service;
  const uid = account ? accountsOf(world).user(account.name)?.uid : world.host.uid;
  if (uid === undefined) return null;
  const screen = screenDomain(uid);
  const hasScreen = (await world.run(launchctl.print(screen))).code === 0;
  return `${hasScreen ? screen : userDomain(uid)}/${label(service.name)}`;
}

function domainIn(target: string): string {
  return target.slice(0, target.lastIndexOf("/"));
}

function nobody({ name, account }: Service): SysError {
  return new SysError("activation", `Cannot start the service ${name}: no user ${account?.name}`);
}

/** A unit of the user's own may be a binary property list, which launchd reads and sys does not. */
function refuseOtherLabel(name: string, text: string): void {
  if (!text.startsWith("bplist")) readUnit(name, text);
}

function unitAt(fs: System["fs"], { name, unit }: Service) {
  if (fs.lstat(unit)?.kind !== "file") return null;
  try {
    return readUnit(name, new TextDecoder().decode(fs.readFile(unit)));
  } catch (thrown) {
    // Somebody else's, or edited: it is what is told of it that counts.
    if (thrown instanceof SysError && thrown.kind === "config") return null;
    throw thrown;
  }
}

function failed({ name }: Service, argv: readonly string[], { code, stdout, stderr }: Finished) {
  const output = new TextDecoder().decode(stderr) || new TextDecoder().decode(stdout);
  return new SysError(
    "activation",
    `Cannot ${argv[1]} the service ${name}: \`${argv.join(" ")}\` exited with ${code}`,
    { notes: output.split("\n").filter((line) => line.trim() !== "").slice(-10) },
  );
}
