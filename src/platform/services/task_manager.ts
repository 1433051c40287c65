/** Takes the machine's ports, gives the services that Windows' Task Scheduler runs. */
import { SysError } from "../../errors.ts";
import { powershellBody } from "../../manifest/powershell.ts";
import { nativePaths } from "../../system/mod.ts";
import type { Finished, System } from "../../system/mod.ts";
import type { Service, ServiceManager } from "../adapters.ts";
import { isUp, readState, schtasks, stateScript, taskPath, type TaskState } from "./schtasks.ts";
import { needsAdministrator, startsOnDemand, taskFile, taskText } from "./task_xml.ts";

type World = Pick<System, "fs" | "host"> & { run(argv: readonly string[]): Promise<Finished> };

const { fromNative, toNative } = nativePaths("windows");

/** Services of Windows. */
export function taskManager(
  system: Pick<System, "fs" | "processes" | "host">,
  env: Readonly<Record<string, string>>,
): ServiceManager {
  const { host } = system;
  const world: World = { ...system, run: (argv) => system.processes.run({ argv, env }) };
  return {
    unitPath(name, user, home) {
      if (name.includes(":")) throw refused(name, "a task of Windows can't have `:` in its name");
      if (!user && !host.administrator) {
        throw refused(name, "it belongs to the system, and you are no administrator");
      }
      return taskPath(name, user, home, fromNative(host.env("ProgramData") ?? "C:\\ProgramData"));
    },
    checkUnit(name, content) {
      const why = needsAdministrator(taskText(name, content));
      if (why !== null && !host.administrator) {
        throw refused(name, `${why}, and you are no administrator`);
      }
    },
    unitFile: (name, content) => taskFile(taskText(name, content)),
    start: (service) => start(world, service),
    stop: (service) => stop(world, service),
    async running(service) {
      const state = await stateOf(world, service);
      return state !== null && isUp(state);
    },
  };
}

/** From the unit as it is now: what runs from a former one ends first. */
async function start(world: World, service: Service): Promise<void> {
  const { name, unit } = service;
  const text = taskText(name, world.fs.readFile(unit));
  await end(world, service, await stateOf(world, service));
  await must(world, service, schtasks.create(name, toNative(unit)));
  if (startsOnDemand(text)) await must(world, service, schtasks.run(name));
}

async function stop(world: World, service: Service): Promise<void> {
  const state = await stateOf(world, service);
  if (state === null) return;
  await end(world, service, state);
  await must(world, service, schtasks.delete(service.name));
}

/** schtasks fails at ending what does not run. It may have ended meanwhile. */
async function end(world: World, service: Service, state: TaskState | null): Promise<void> {
  if (state?.state !== "running" && state?.state !== "queued") return;
  const argv = schtasks.end(service.name);
  const finished = await world.run(argv);
  if (finished.code === 0) return;
  const now = await stateOf(world, service);
  if (now?.state === "running") throw failed(service, argv, finished);
}

async function stateOf(world: World, service: Service): Promise<TaskState | null> {
  const argv = powershellBody(stateScript(service.name));
  const finished = await world.run(argv);
  if (finished.code !== 0) throw failed(service, ["Schedule.Service", "ask for"], finished);
  return readState(new TextDecoder().decode(finished.stdout));
}

async function must(world: World, service: Service, argv: readonly string[]): Promise<void> {
  const finished = await world.run(argv);
  if (finished.code !== 0) throw failed(service, argv, finished);
}

function failed({ name }: Service, argv: readonly string[], { code, stdout, stderr }: Finished) {
  const output = new TextDecoder().decode(stderr) || new TextDecoder().decode(stdout);
  const op = argv[1].replace("/", "").toLowerCase();
  return new SysError(
    "activation",
    `Cannot ${op} the service ${name}: \`${argv.join(" ")}\` exited with ${code}`,
    { notes: output.split("\n").map((line) => line.trimEnd()).filter(Boolean).slice(-10) },
  );
}

function refused(name: string, why: string): SysError {
  return new SysError("activation", `Cannot enable the service ${name}: ${why}`, {
    hint: "a task of your own has `user = true` and starts when you log in, or at its time",
  });
}
