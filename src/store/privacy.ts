/** What others may not read stays so in the store: it is stored without permissions for others, below a tree too.
 *
 * The same content may be public elsewhere. So private content is another object: the paths of what is private in it
 * take part in its hash, as
 *
 *     short hash of "private\n<short hash of its canonical form>\n<path>\0<path>…"
 *
 * Only what users have is private: what is built, and what comes from elsewhere, is public. */
import { sha256, shortHash } from "../digest.ts";
import type { FileHandle, FileInfo, ReadFs } from "../system/mod.ts";
import type { Entry } from "./entries.ts";

/** Whether these permissions let others look at nothing: not read a file, not enter a folder. */
export function isPrivate(
  { kind, mode }: { readonly kind: string; readonly mode: number },
): boolean {
  return kind === "file" ? (mode & 0o004) === 0 : kind === "dir" && (mode & 0o001) === 0;
}

/** Paths below an object (`""` is itself) that its entries show as private. */
export function privatePaths(entries: readonly Entry[]): string[] {
  return entries.filter(([, kind, mode]) => isPrivate({ kind, mode })).map(([path]) => path);
}

/** The same of what a user has. @param whole all of it is private, whatever its permissions */
export function privateIn(fs: ReadFs, path: string, whole = false): string[] {
  const found: string[] = [];
  const visit = (below: string) => {
    const info = fs.lstat(path + below);
    if (info === null) return;
    if (isPrivate(info) || (whole && below === "")) found.push(below);
    if (info.kind !== "dir") return;
    for (const name of fs.readDir(path + below)) visit(`${below}/${name}`);
  };
  visit("");
  return found;
}

/** A view of a tree that notes what is private in it, as `privateIn` finds it, while it is read once for its hash. */
export class PrivacyView implements ReadFs {
  readonly found: string[] = [];

  constructor(readonly fs: ReadFs, readonly top: string, readonly whole = false) {}

  lstat(path: string): FileInfo | null {
    const info = this.fs.lstat(path);
    const isHidden = info !== null && (isPrivate(info) || (this.whole && path === this.top));
    if (isHidden) this.found.push(path.slice(this.top.length));
    return info;
  }

  readFile(path: string): Uint8Array {
    return this.fs.readFile(path);
  }

  readDir(path: string): string[] {
    return this.fs.readDir(path);
  }

  readLink(path: string): string {
    return this.fs.readLink(path);
  }

  realPath(path: string): string {
    return this.fs.realPath(path);
  }

  openRead(path: string): FileHandle {
    return this.fs.openRead(path);
  }
}

/** The hash part of an object in which these paths are private. */
export function hashWithPrivacy(hash: string, paths: readonly string[]): string {
  return paths.length === 0 ? hash : shortHash(sha256(`private\n${hash}\n${paths.join("\0")}`));
}
