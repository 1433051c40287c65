/** Takes an ELF file, gives what it needs or looks through that is not in the store. */
import * as posix from "node:path/posix";
import type { Elf } from "./elf.ts";
import { isOfEveryHost } from "./host_libraries.ts";
import type { Places } from "./places.ts";
import { folderProblem, hostOnly, type Problem, unfound } from "./problem.ts";

/** `path`: where the file lies. */
export function elfProblems(places: Places, path: string, elf: Elf): Problem[] {
  const problems: Problem[] = [];
  const folders: string[] = [];
  const searched = elf.needed.length === 0 ? null : elf.runpath ?? elf.rpath;
  for (const entry of searched?.text.split(":") ?? []) {
    const folder = expanded(entry, posix.dirname(path));
    // The loader knows further names, which lead to folders beside.
    if (folder.includes("$")) continue;
    const problem = folderProblem(places, folder);
    if (problem === null) folders.push(posix.normalize(folder));
    else problems.push(problem);
  }
  for (const library of elf.needed) {
    const problem = libraryProblem(places, folders, library);
    if (problem !== null) problems.push(problem);
  }
  const loader = elf.interpreter;
  if (loader !== null && !isOfEveryHost(posix.basename(loader)) && !places.hasFile(loader)) {
    problems.push(hostOnly(`the loader ${loader}`));
  }
  return problems;
}

function libraryProblem(
  places: Places,
  folders: readonly string[],
  library: string,
): Problem | null {
  if (library.includes("/")) return places.hasFile(library) ? null : hostOnly(library);
  if (isOfEveryHost(library)) return null;
  if (folders.some((folder) => places.hasFile(`${folder}/${library}`))) return null;
  return unfound(places, library);
}

/** An entry with what the loader puts in for `$ORIGIN`. */
function expanded(entry: string, origin: string): string {
  return entry.replace(/\$(ORIGIN(?![A-Za-z_])|\{ORIGIN\})/g, () => origin);
}
