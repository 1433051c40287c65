/** What the program may do at most, whether it is compiled or run from source; each command gives up what it does
 * not need. */
export const PERMISSIONS: readonly string[] = ["read", "write", "run", "net", "env", "sys"]
  .map((kind) => `--allow-${kind}`);
