/** Takes a Mach-O file, gives what it needs or looks through that is not in the store. */
import * as posix from "node:path/posix";
import { isOfMacOs } from "./host_libraries.ts";
import type { MachO } from "./macho.ts";
import type { Places } from "./places.ts";
import { folderProblem, hostOnly, type Problem, unfound } from "./problem.ts";

const RPATH = "@rpath/";

/** `path`: where the file lies. */
export function machOProblems(places: Places, path: string, file: MachO): Problem[] {
  const problems: Problem[] = [];
  const rpaths = file.rpaths.map((entry) => expanded(entry, posix.dirname(path)));
  const folders: string[] = [];
  for (const folder of rpaths) {
    if (isOfMacOs(folder)) continue;
    const problem = folderProblem(places, folder);
    if (problem === null) folders.push(posix.normalize(folder));
    else problems.push(problem);
  }
  // What lies there is in no folder.
  const mayBeMacOs = rpaths.some(isOfMacOs);
  for (const library of file.libraries) {
    if (library.startsWith(RPATH)) {
      const name = library.slice(RPATH.length);
      const found = mayBeMacOs || folders.some((folder) => places.hasFile(`${folder}/${name}`));
      if (!found) problems.push(unfound(places, name));
      continue;
    }
    const place = expanded(library, posix.dirname(path));
    if (isOfMacOs(place) || places.hasFile(place)) continue;
    problems.push(hostOnly(library));
  }
  return problems;
}

/** dyld puts the folder of the file in. Where a library lies beside no program, that of the program is not known; it is
 * taken to be the same. */
function expanded(text: string, folder: string): string {
  return text.replace(/^@(loader_path|executable_path)(?=\/|$)/, () => folder);
}
