/** Takes a `file:` URL, gives the path that it names, by the rules of an operating system. Pure. */
import { fileURLToPath } from "node:url";
import { nativePaths, type Os } from "../../system/mod.ts";

/** An inside path. On Windows `file:///C:/x` names a drive, and `file://server/share/x` a share.
 * @throws where the URL names no file of this machine */
export function pathOfFileUrl(url: string, os: Os): string {
  if (os !== "windows") return fileURLToPath(url);
  const { hostname, pathname } = new URL(url);
  if (/%2f|%5c/i.test(pathname)) throw new Error("a name in a file URL has neither `/` nor `\\`");
  const path = decodeURIComponent(pathname);
  const { fromNative } = nativePaths(os);
  return fromNative(
    hostname === "" ? path.replace(/^\/(?=[A-Za-z]:)/, "") : `//${hostname}${path}`,
  );
}
