/** Takes a `.gitmodules`, gives the URL of each submodule by its path. The format is that of git-config(1). */
import type { ReadFs } from "../../system/mod.ts";

/** URLs by path; none where the file is missing. */
export function readSubmodules(fs: ReadFs, path: string): Map<string, string> {
  const urls = new Map<string, string>();
  if (fs.lstat(path)?.kind !== "file") return urls;
  let section: { path?: string; url?: string } = {};
  const keep = () => {
    if (section.path !== undefined && section.url !== undefined) {
      urls.set(section.path, section.url);
    }
  };
  for (const line of new TextDecoder().decode(fs.readFile(path)).split(/\r?\n/)) {
    if (/^\s*\[/.test(line)) {
      keep();
      section = {};
      continue;
    }
    const match = /^\s*(path|url)\s*=\s*(.*?)\s*$/i.exec(line);
    if (match === null) continue;
    const value = match[2].replace(/^"(.*)"$/, "$1").replace(/\\(["\\])/g, "$1");
    if (match[1].toLowerCase() === "path") section.path = value;
    else section.url = value;
  }
  keep();
  return urls;
}
