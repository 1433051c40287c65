/** A world that can be looked at and not changed: what `plan`, `status` and every `--dry-run` work in. */
import { CHANGES, FsError, LOOKS } from "./fs.ts";
import type { System } from "./mod.ts";

/** The same system, where every change is refused. Locks may be taken on files that exist. */
export function readOnly(inner: System): System {
  const fs = Object.create(inner.fs) as Record<string, unknown>;
  for (const name of CHANGES) {
    fs[name] = (...args: unknown[]) => {
      throw new FsError(`${name} (this command only looks)`, String(args[0]), "EROFS");
    };
  }
  for (const name of LOOKS) {
    // deno-lint-ignore no-explicit-any
    fs[name] = (...args: unknown[]) => (inner.fs[name] as any)(...args);
  }
  fs.syncDir = () => {};
  fs.lock = (path: string, mode: "shared" | "exclusive", wait: boolean) => {
    if (inner.fs.lstat(path) === null) return Promise.resolve({ release: () => {} });
    return inner.fs.lock(path, mode, wait);
  };
  return { ...inner, fs: fs as unknown as System["fs"] };
}
