/** A world that can be looked at and not changed: what `plan`, `status` and every `--dry-run` work in. */
import { CHANGES, type FileOwner, type FileSystem, FsError, LOOKS } from "./fs.ts";
import type { System } from "./mod.ts";

/** The same system, where every change is refused. Locks may be taken on files that exist. */
export function readOnly(inner: System): System {
  return { ...inner, fs: readOnlyFs(inner.fs) };
}

function readOnlyFs(inner: FileSystem): FileSystem {
  const fs = Object.create(inner) as Record<string, unknown>;
  for (const name of CHANGES) {
    fs[name] = (...args: unknown[]) => {
      throw new FsError(`${name} (this command only looks)`, String(args[0]), "EROFS");
    };
  }
  for (const name of LOOKS) {
    // deno-lint-ignore no-explicit-any
    fs[name] = (...args: unknown[]) => (inner[name] as any)(...args);
  }
  fs.syncDir = () => {};
  fs.canSyncAll = () => false;
  fs.lock = (path: string, mode: "shared" | "exclusive") => {
    if (inner.lstat(path) === null) return Promise.resolve({ ino: 0, release: () => {} });
    return inner.lock(path, mode);
  };
  fs.dismiss = () => inner.dismiss();
  fs.as = async (owner: FileOwner) => readOnlyFs(await inner.as(owner));
  return fs as unknown as FileSystem;
}
