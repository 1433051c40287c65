/** What can be wrong with a file of an output, in words that follow its name. */
import * as posix from "node:path/posix";
import type { Places } from "./places.ts";

export interface Problem {
  /** `needs libtinfo.so.6, which only the host has` */
  readonly text: string;
  /** It is about what the host has, which a derivation may use on purpose. */
  readonly host: boolean;
}

/** Something is needed that is not in the store. */
export function hostOnly(what: string): Problem {
  return { text: `needs ${what}, which only the host has`, host: true };
}

/** A library is in no folder that is looked through. */
export function unfound(places: Places, library: string): Problem {
  for (const folder of places.libraryFolders()) {
    if (!places.hasFile(`${folder}/${library}`)) continue;
    const text = `needs ${library}, and no RPATH leads to ${places.label(folder)}, which has it`;
    return { text, host: false };
  }
  return hostOnly(library);
}

/** What is wrong with looking for libraries in a folder; null for one in the store. */
export function folderProblem(places: Places, folder: string): Problem | null {
  const looks = "looks for libraries in";
  if (!folder.startsWith("/")) {
    return { text: `${looks} "${folder}" of wherever it is started (its RPATH)`, host: false };
  }
  if (places.isTemporary(folder)) {
    return { text: `${looks} ${folder} (its RPATH), which is gone after the build`, host: false };
  }
  if (places.has(posix.normalize(folder))) return null;
  return { text: `${looks} ${folder} (its RPATH), which is not in the store`, host: true };
}
