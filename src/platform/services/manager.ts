/** Takes the machine's ports, gives its service manager; or one that refuses where there is none. */
import { SysError } from "../../errors.ts";
import type { System } from "../../system/mod.ts";
import type { Service, ServiceManager } from "../adapters.ts";
import { launchdManager } from "./launchd_manager.ts";
import { systemctl, unitPath } from "./systemd.ts";
import { taskManager } from "./task_manager.ts";

type Op = "start" | "stop" | "running";

/** What a service manager is made of: where units lie, and command lines. */
interface Words {
  readonly path: ServiceManager["unitPath"];
  readonly argv: (op: Op, service: Service) => readonly (readonly string[])[];
}

/** The service manager of this machine. */
export function serviceManager(
  system: Pick<System, "fs" | "processes" | "host" | "clock">,
  environment: Readonly<Record<string, string>>,
): ServiceManager {
  const { os } = system.host;
  switch (os) {
    case "darwin":
      return launchdManager(system, environment);
    case "windows":
      return taskManager(system, environment);
    case "linux":
      return systemdManager(system, environment);
  }
}

function systemdManager(
  system: Pick<System, "fs" | "processes" | "host">,
  environment: Readonly<Record<string, string>>,
): ServiceManager {
  const { fs, processes } = system;
  const words = wordsOf(system);
  const run = async (op: Op, service: Service) => {
    for (const argv of words.argv(op, service)) {
      const { code, stdout, stderr } = await processes.run({ argv, env: environment });
      if (code === 0) continue;
      if (op === "running") return false;
      const output = new TextDecoder().decode(stderr) || new TextDecoder().decode(stdout);
      throw new SysError(
        "activation",
        `Cannot ${op} the service ${service.name}: \`${argv.join(" ")}\` exited with ${code}`,
        { notes: output.split("\n").filter((line) => line.trim() !== "").slice(-10) },
      );
    }
    return true;
  };
  return {
    unitPath: words.path,
    start: async (service) => void await run("start", service),
    stop: async (service) => {
      // What is gone already is as stopped as it can be.
      if (fs.lstat(service.unit) !== null || await run("running", service)) {
        await run("stop", service);
      }
    },
    running: (service) => run("running", service),
  };
}

function wordsOf({ fs, host }: Pick<System, "fs" | "host">): Words {
  return {
    path: (name, user, home) => {
      // The folder is there where systemd is process 1.
      if (fs.lstat("/run/systemd/system") === null) {
        throw new SysError(
          "activation",
          `Cannot enable the service ${name}: this machine does not run systemd`,
          { hint: "declare it only where systemd is, or start it by other means" },
        );
      }
      if (user || host.elevated) return unitPath(name, user, home);
      throw new SysError(
        "activation",
        `Cannot enable the service ${name}: it belongs to the system, and you are not root`,
        { hint: "`user = true` makes it a service of your own session" },
      );
    },
    argv: (op, { name, user, account }) => systemctl(op, name, user, account?.name),
  };
}
