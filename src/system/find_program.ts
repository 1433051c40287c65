/** Takes the name of a program and the folders of PATH, gives where it lies, by the rules of an operating system. */
import { join } from "node:path/posix";
import type { Os } from "./host.ts";
import { nativePaths } from "./native_path.ts";

/** What of the runtime looking takes; paths are native. */
export interface ProgramLooks {
  lstatSync(path: string): Pick<Deno.FileInfo, "isFile" | "isSymlink">;
  statSync(path: string): Pick<Deno.FileInfo, "isFile" | "mode">;
}

/** Where to look. */
export interface ProgramPlaces {
  readonly os: Os;
  /** `PATH`, as the system has it. */
  readonly path: string;
  /** `PATHEXT` of Windows, which says what is tried first. */
  readonly pathext?: string;
}

/** What the system can start, of all that `PATHEXT` may name; in the order that is Windows' own. */
const STARTED = [".com", ".exe", ".bat", ".cmd"];

/** Absolute path of a program (in the form inside sys.lua), or null. A path is only given the ending that it lacks. */
export function findProgram(
  name: string,
  places: ProgramPlaces,
  looks: ProgramLooks,
): string | null {
  const { os, path } = places;
  const paths = nativePaths(os);
  const inside = paths.fromNative(name);
  const folders = inside.includes("/") ? [""] : path.split(paths.separator)
    // Windows takes a folder in quotes for the folder.
    .map((folder) => os === "windows" ? folder.replaceAll('"', "") : folder)
    .filter((folder) => paths.isAbsolute(folder)).map(paths.fromNative);
  for (const folder of folders) {
    for (const ending of endingsOf(name, places)) {
      const candidate = folder === "" ? inside + ending : join(folder, inside + ending);
      if (isProgram(paths.toNative(candidate), os, looks)) return candidate;
    }
  }
  return null;
}

/** What may have to be added to a name. */
function endingsOf(name: string, { os, pathext }: ProgramPlaces): readonly string[] {
  if (os !== "windows") return [""];
  const wanted = pathext?.toLowerCase().split(";").filter((ending) => STARTED.includes(ending));
  const endings = wanted === undefined || wanted.length === 0 ? STARTED : wanted;
  const has = STARTED.some((ending) => name.toLowerCase().endsWith(ending));
  return has ? ["", ...endings] : endings;
}

function isProgram(path: string, os: Os, { lstatSync, statSync }: ProgramLooks): boolean {
  try {
    // The alias of a program from Microsoft's store (winget is one) can be started, and not be looked through: `stat`
    // fails with "The file cannot be accessed by the system". What it is itself counts as a file.
    if (os === "windows" && lstatSync(path).isFile) return true;
    const { isFile, mode } = statSync(path);
    return isFile && (os === "windows" || ((mode ?? 0) & 0o111) !== 0);
  } catch {
    return false;
  }
}
