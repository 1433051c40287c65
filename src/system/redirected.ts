/** A view of a file system in which some paths are there although they are not made yet: what will lie there is read
 * where it lies now. */
import { dirname } from "node:path/posix";
import { type FileSystem, LOOKS } from "./fs.ts";

/** The same file system; whoever looks at a key of `paths`, or below one, sees what lies at its value. */
export function redirected(inner: FileSystem, paths: ReadonlyMap<string, string>): FileSystem {
  if (paths.size === 0) return inner;
  const folders = [...new Set([...paths.keys()].map(dirname))];
  const redirect = (path: string): string => {
    for (const folder of folders) {
      if (!path.startsWith(folder + "/")) continue;
      const end = path.indexOf("/", folder.length + 1);
      const key = end < 0 ? path : path.slice(0, end);
      const to = paths.get(key);
      if (to !== undefined) return to + path.slice(key.length);
    }
    return path;
  };
  const fs = Object.create(inner) as Record<string, unknown>;
  for (const name of LOOKS) {
    // deno-lint-ignore no-explicit-any
    fs[name] = (path: string) => (inner[name] as any)(redirect(path));
  }
  return fs as unknown as FileSystem;
}
