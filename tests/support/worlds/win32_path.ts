/** What `node:path` is on Windows. */
import { win32 } from "node:path";

export const {
  basename,
  delimiter,
  dirname,
  extname,
  format,
  isAbsolute,
  join,
  normalize,
  parse,
  relative,
  resolve,
  sep,
  toNamespacedPath,
} = win32;
export { posix, win32 } from "node:path";
export default win32;
