/** Takes a path, gives where what shall be there is made before it is renamed into place. */
import { basename, dirname, join } from "node:path/posix";
import { sha256Hex } from "../digest.ts";

/** A name in the same folder, always the same for a path, so that recovery finds it. */
export function besidePath(path: string): string {
  return join(
    dirname(path),
    `.${basename(path).slice(0, 40)}.syslua-${sha256Hex(path).slice(0, 8)}`,
  );
}
