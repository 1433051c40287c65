/** Takes the outputs of a build, gives what is wrong with them, and what a search of their files can't see: references
 * inside compressed ones. A build-id that depends on where the build took place is made again.
 *
 * Warnings are about what makes an output work on this machine and not on the next: a library or a loader that only the
 * host has (see `host_libraries.ts` for those that every host has), folders outside the store that the loader looks
 * through, the output's own path where it can't be replaced by the final one. */
import type { Arch, System } from "../../system/mod.ts";
import { BytesOfFile } from "./bytes.ts";
import { type Candidate, candidatesIn } from "./candidates.ts";
import { readElf } from "./elf.ts";
import { elfProblems } from "./elf_problems.ts";
import { machOProblems } from "./mach_o_problems.ts";
import { readMachO } from "./macho.ts";
import { Places, type Subject } from "./places.ts";
import type { Problem } from "./problem.ts";
import { Findings } from "./findings.ts";

export interface Inspection {
  /** For people, each with the file's name. */
  readonly warnings: readonly string[];
}

/** `e_machine` of programs that this machine can run. What is for others finds its libraries there. */
const MACHINES: Record<Arch, number> = { x86_64: 62, aarch64: 183, arm: 40 };

/** Looks at the outputs before they become objects. */
export function inspect(
  { fs, host }: Pick<System, "fs" | "host">,
  subject: Subject,
): Inspection {
  const places = new Places(fs, subject);
  const findings = new Findings();
  for (const candidate of candidatesIn(fs, Object.values(subject.outputs), subject.listing)) {
    for (const problem of problemsOf(places, candidate, MACHINES[host.arch])) {
      if (problem.host && subject.host) continue;
      findings.add(places.label(candidate.path), problem.text);
    }
  }
  return { warnings: findings.texts() };
}

function problemsOf(
  places: Places,
  { path, info, format }: Candidate,
  machine: number,
): Problem[] {
  const handle = places.fs.openRead(path);
  try {
    const file = new BytesOfFile(handle, info.size);
    if (format === "elf") {
      const elf = readElf(file);
      return elf === null || elf.machine !== machine ? [] : elfProblems(places, path, elf);
    }
    if (format !== "mach-o") return [];
    return (readMachO(file) ?? []).flatMap((one) => machOProblems(places, path, one));
  } finally {
    handle.close();
  }
}
