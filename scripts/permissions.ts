/** What the program may do, whether it is compiled or run from source. */
export const PERMISSIONS: readonly string[] = ["read", "write", "run", "net", "env", "sys"]
  .map((kind) => `--allow-${kind}`);
