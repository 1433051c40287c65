/** Takes a pattern, gives the paths that match: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any folders. */
import type { ReadFs } from "../system/mod.ts";

/**
 * Paths below `root` that match, sorted by bytes, written like the pattern: relative to `root`. A name that starts
 * with a dot has to be asked for with one. Links are matched, but not followed by `**`.
 */
export function glob(fs: ReadFs, root: string, pattern: string): string[] {
  const found = new Set<string>();
  for (const plain of braces(pattern)) {
    walk(fs, root, "", plain.split("/").filter((part) => part !== "" && part !== "."), found);
  }
  return [...found].sort((a, b) => a < b ? -1 : 1);
}

function walk(
  fs: ReadFs,
  root: string,
  at: string,
  parts: readonly string[],
  found: Set<string>,
): void {
  if (parts.length === 0) {
    if (at !== "") found.add(at);
    return;
  }
  const [part, ...rest] = parts;
  const below = (name: string) => at === "" ? name : `${at}/${name}`;
  const folder = at === "" ? root : `${root}/${at}`;
  if (part === "**") walk(fs, root, at, rest, found);
  if (!isFolder(fs, folder, part !== "**" || at === "")) return;
  if (part === "..") return;
  const matches = part === "**" ? null : matcher(part);
  for (const name of fs.readDir(folder)) {
    if (matches === null) {
      if (name.startsWith(".")) continue;
      if (fs.lstat(`${folder}/${name}`)?.kind === "dir") {
        walk(fs, root, below(name), parts, found);
      }
    } else if (matches.test(name)) {
      walk(fs, root, below(name), rest, found);
    }
  }
}

function isFolder(fs: ReadFs, path: string, follow: boolean): boolean {
  const kind = fs.lstat(path)?.kind;
  return kind === "dir" || (follow && kind === "link" && isFolder(fs, fs.realPath(path), false));
}

/** A pattern without braces for each way to choose in them. */
function braces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern);
  if (match === null) return [pattern];
  const [, before, choices, after] = match;
  return choices.split(",").flatMap((choice) => braces(`${before}${choice}${after}`));
}

/** What one part of a pattern matches. */
function matcher(part: string): RegExp {
  const body = part.replace(/\[!?[^\]]+\]|[*?]|[\\^$.|+(){}[\]]/g, (found) => {
    if (found === "*") return "[^/]*";
    if (found === "?") return "[^/]";
    if (found.length > 1) {
      const negated = found[1] === "!";
      return `[${negated ? "^" : ""}${
        found.slice(negated ? 2 : 1, -1).replace(/[\\^[]/g, "\\$&")
      }]`;
    }
    return `\\${found}`;
  });
  return new RegExp(`^${part.startsWith(".") ? "" : "(?!\\.)"}${body}$`, "s");
}
