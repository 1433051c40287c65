/** Paths of the project's own files. */
import { fileURLToPath } from "node:url";

/** Path of a file URL, without a slash at its end. */
export function fromFileUrl(url: URL): string {
  return fileURLToPath(url).replace(/\/$/, "");
}
