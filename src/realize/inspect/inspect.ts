/** Takes the outputs of a build, gives what is wrong with them, and what a search of their files can't see: references
 * inside compressed ones. A build-id that depends on where the build took place is made again.
 *
 * Warnings are about what makes an output work on this machine and not on the next: a library or a loader that only the
 * host has (see `host_libraries.ts` for those that every host has), folders outside the store that the loader looks
 * through, the output's own path where it can't be replaced by the final one. */
import type { Compressed } from "../../store/types.ts";
import type { Arch, ReadFs, System } from "../../system/mod.ts";
import type { UnpackLimits } from "../../fetch/unpack/limits.ts";
import { type Identified, remakeBuildIds } from "./build_ids.ts";
import { BytesOfFile } from "./bytes.ts";
import { type Candidate, candidatesIn, isArchive } from "./candidates.ts";
import { debugLinkOf } from "./debug_link.ts";
import { readElf } from "./elf.ts";
import { CompressedIn } from "./compressed_in.ts";
import { elfProblems } from "./elf_problems.ts";
import { machOProblems } from "./mach_o_problems.ts";
import { readMachO } from "./macho.ts";
import { Places, type Subject } from "./places.ts";
import type { Problem } from "./problem.ts";
import { Findings } from "./findings.ts";

export interface Inspection {
  /** For people, each with the file's name. */
  readonly warnings: readonly string[];
  /** By scratch paths. */
  readonly compressed: ReadonlyMap<string, Compressed>;
}

/** `e_machine` of programs that this machine can run. What is for others finds its libraries there. */
const MACHINES: Record<Arch, number> = { x86_64: 62, aarch64: 183, arm: 40 };

/** Looks at the outputs before they become objects. */
export async function inspect(
  { fs, host }: Pick<System, "fs" | "host">,
  subject: Subject,
  how: { readonly signal: AbortSignal; readonly limits?: UnpackLimits },
): Promise<Inspection> {
  const places = new Places(fs, subject);
  const findings = new Findings();
  const compressed = new CompressedIn(places);
  const candidates = candidatesIn(fs, Object.values(subject.outputs), subject.paths);
  for (const candidate of candidates) {
    const problems = isArchive(candidate)
      ? await compressed.look(candidate, how)
      : problemsOf(places, candidate, MACHINES[host.arch]);
    for (const problem of problems) {
      if (problem.host && subject.host) continue;
      findings.add(places.label(candidate.path), problem.text);
    }
  }
  remakeBuildIds(fs, subject, candidates.flatMap((candidate) => identifiedIn(fs, candidate)));
  return { warnings: findings.texts(), compressed: compressed.found };
}

/** A file with a build-id; nothing for others. */
function identifiedIn(fs: ReadFs, { path, info, format }: Candidate): Identified[] {
  if (format !== "elf") return [];
  const handle = fs.openRead(path);
  try {
    const file = new BytesOfFile(handle, info.size);
    const id = readElf(file)?.buildId ?? null;
    const bytes = id && file.read(id.at, id.length);
    if (id === null || bytes === null) return [];
    return [{ path, info, id: { at: id.at, bytes }, link: debugLinkOf(file) }];
  } finally {
    handle.close();
  }
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
