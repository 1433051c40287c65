/** What figures depend on: the machine and the versions of what was measured. */
import { ask } from "./shell.ts";
import type { Bench } from "./bench.ts";

export interface MachineFacts {
  /** `2026-11-21`, in UTC. */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  /** GiB. */
  readonly memory: number;
  /** Programs that want a processor, in the last minute: the bench is one or two of them. */
  readonly load: number;
  readonly kernel: string;
  readonly fileSystem: string;
  readonly deno: string;
  /** What `sys version` says, and the commit that is checked out. */
  readonly sys: string;
  readonly peers: Readonly<Record<string, string>>;
}

export function machineFacts(bench: Bench, project: string): MachineFacts {
  const cpu = ask("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1") ||
    ask("sysctl -n machdep.cpu.brand_string");
  const commit = ask("git rev-parse --short HEAD", { cwd: project });
  const version = ask(`'${bench.options.sys}' version`).split(" ")[1] ?? "";
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpu || Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memory: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    load: Math.round(Deno.loadavg()[0]),
    kernel: `${Deno.build.os} ${Deno.osRelease()}`,
    fileSystem: bench.fileSystem,
    deno: Deno.version.deno,
    sys: commit === "" ? version : `${version} (${commit})`,
    peers: bench.peers.versions(),
  };
}

/** In one line. */
export function inOneLine(facts: MachineFacts): string {
  const peers = Object.entries(facts.peers).map(([name, version]) => `${name} ${version}`);
  return [
    facts.date,
    `${facts.cpu}, ${facts.cores} processors, ${facts.memory} GiB, load ${facts.load}`,
    facts.kernel,
    facts.fileSystem,
    `sys ${facts.sys}`,
    `Deno ${facts.deno}`,
    ...peers,
  ].join("; ");
}
