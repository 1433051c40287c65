/** Takes the outputs of a build, gives what is wrong with them, and what a search of their files can't see: references
 * inside compressed ones. A build-id that depends on where the build took place is made again.
 *
 * Warnings are about what makes an output work on this machine and not on the next: a library or a loader that only the
 * host has (see `host_libraries.ts` for those that every host has), folders outside the store that the loader looks
 * through, the output's own path where it can't be replaced by the final one. */
import type { Compressed } from "../../store/types.ts";
import type { Arch, System } from "../../system/mod.ts";
import type { UnpackLimits } from "../../fetch/unpack/limits.ts";
import { type Identified, remakeBuildIds } from "./build_ids.ts";
import { BytesOfFile } from "../../system/bytes.ts";
import { type Candidate, candidatesIn, isArchive } from "./candidates.ts";
import { readElf } from "./elf.ts";
import { hasCutPath } from "./cut_paths.ts";
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

const CUT: Problem = {
  text:
    "keeps a part of the path that the output had during the build: its compiler cut the text into pieces " +
    "(-fno-builtin-memcpy keeps GCC from it)",
  host: false,
};

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
  const identified: Identified[] = [];
  const hashes = Object.values(subject.outputs).map((path) => path.slice(-32));
  for (const candidate of candidatesIn(fs, Object.values(subject.outputs), subject.paths)) {
    how.signal.throwIfAborted();
    const looked: Looked = isArchive(candidate)
      ? { problems: await compressed.look(candidate, how) }
      : look(places, candidate, MACHINES[host.arch]);
    if (looked.identified) identified.push(looked.identified);
    const cut = !subject.fixed && !isArchive(candidate) && hasCutPath(fs, candidate.path, hashes);
    for (const problem of cut ? [...looked.problems, CUT] : looked.problems) {
      if (problem.host && subject.host) continue;
      findings.add(places.label(candidate.path), problem.text);
    }
  }
  remakeBuildIds(fs, subject, identified);
  return { warnings: findings.texts(), compressed: compressed.found };
}

/** What one file comes to. */
interface Looked {
  readonly problems: readonly Problem[];
  readonly identified?: Identified;
}

/** Looks at a program or a library. */
function look(places: Places, { path, info, format }: Candidate, machine: number): Looked {
  const handle = places.fs.openRead(path);
  try {
    const file = new BytesOfFile(handle, info.size);
    if (format === "mach-o") {
      return {
        problems: (readMachO(file) ?? []).flatMap((one) => machOProblems(places, path, one)),
      };
    }
    const elf = readElf(file);
    if (elf === null) return { problems: [] };
    const problems = elf.machine === machine ? elfProblems(places, path, elf) : [];
    const bytes = elf.buildId && file.read(elf.buildId.at, elf.buildId.length);
    if (elf.buildId === null || bytes === null) return { problems };
    return { problems, identified: { path, info, id: { at: elf.buildId.at, bytes } } };
  } finally {
    handle.close();
  }
}
