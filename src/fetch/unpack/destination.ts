/** Takes the entries of an archive, gives files below one folder and nowhere else.
 *
 * Every name is checked before anything is made. Nothing is ever written through a link, since an entry's parents
 * have to be folders that are no links; where links lead is checked when all of them are known, because one link
 * may change where another leads. What cannot be had is refused as a whole: `discard` removes all that was made. */
import * as posix from "node:path/posix";
import { messageOf, SysError } from "../../errors.ts";
import type { OpenFile, System } from "../../system/mod.ts";
import type { UnpackLimits } from "./limits.ts";
import { refusedIn } from "../../system/windows/names.ts";
import { makeFolders } from "../../system/folders.ts";

/** Links followed one after the other before a loop is assumed, as Linux does. */
const HOPS = 40;

type Kind = "file" | "dir" | "link";

export class Destination {
  readonly #system: Pick<System, "fs" | "host">;
  readonly #root: string;
  readonly #strip: number;
  readonly #limits: UnpackLimits;
  readonly #archiveSize: number;
  /** What is at each path below the root. */
  readonly #entries = new Map<string, Kind>();
  /** Folded name → name, to find those that differ by case only. */
  readonly #folded = new Map<string, string>();
  readonly #links = new Map<string, string>();
  /** In the order in which they were made. */
  readonly #made: string[] = [];
  #bytes = 0;
  #count = 0;

  constructor(
    system: Pick<System, "fs" | "host">,
    root: string,
    options: { strip: number; limits: UnpackLimits; archiveSize: number },
  ) {
    this.#system = system;
    this.#root = root;
    this.#strip = options.strip;
    this.#limits = options.limits;
    this.#archiveSize = options.archiveSize;
    const above = posix.dirname(root);
    if (system.fs.lstat(above) === null) makeFolders(system.fs, above);
    const info = system.fs.lstat(root);
    if (info === null) {
      system.fs.mkdir(root, 0o755);
      this.#made.push(root);
    } else if (info.kind !== "dir") {
      throw new SysError("build", `Cannot unpack to ${root}: it is there and no folder`);
    }
  }

  folder(name: string): void {
    const path = this.#admit(name);
    if (path === null || path === "") return;
    this.#parents(name, path);
    this.#folder(name, path);
  }

  /** A file to be written, or null when `strip` leaves nothing of its name. `mtime`: seconds since the epoch, null
   * where the archive has none. It is kept: make compares times. */
  file(name: string, executable: boolean, mtime: number | null): FileSink | null {
    const path = this.#place(name, "file");
    if (path === null) return null;
    const full = `${this.#root}/${path}`;
    const handle = this.#try(name, () => this.#system.fs.create(full, executable ? 0o755 : 0o644));
    this.#made.push(full);
    return new FileSink(handle, mtime, (count) => this.#charge(name, count));
  }

  link(name: string, to: string): void {
    if (to === "" || to.includes("\0") || to.includes("\ufffd")) {
      throw this.refusal(name, "where the link leads cannot be read");
    }
    if (isAbsolute(to)) throw this.refusal(name, `the link leads out, to ${to}`);
    const refused = this.#onWindows ? refusedIn(to) : null;
    if (refused) throw this.refusal(name, `the link leads to ${to}: ${refused.why}`);
    const path = this.#place(name, "link");
    if (path === null) return;
    this.#links.set(path, to);
    const full = `${this.#root}/${path}`;
    this.#try(name, () => this.#system.fs.symlink(to, full));
    this.#made.push(full);
  }

  /** A second name for a file that came before. */
  hardLink(name: string, existing: string): void {
    const target = this.#normal(
      existing,
      (why) => this.refusal(name, `its hard link's target is "${existing}", and ${why}`),
    );
    const path = this.#place(name, "file");
    if (path === null) return;
    if (target === null || this.#entries.get(target) !== "file" || target === path) {
      throw this.refusal(
        name,
        `it is a hard link to ${existing}, which is no file of this archive`,
      );
    }
    const full = `${this.#root}/${path}`;
    this.#try(name, () => this.#system.fs.link(`${this.#root}/${target}`, full));
    this.#made.push(full);
  }

  /** Called when all entries are there: follows every link and refuses those that lead out. */
  finish(): void {
    for (const path of this.#links.keys()) {
      if (this.#escapes(path)) {
        throw this.refusal(path, `the link leads out, to ${this.#links.get(path)}`);
      }
    }
  }

  /** Removes everything that was made. */
  discard(): void {
    for (const path of this.#made.toReversed()) {
      if (this.#system.fs.lstat(path) !== null) this.#system.fs.remove(path);
    }
  }

  refusal(name: string, why: string): SysError {
    return new SysError("build", `Cannot unpack "${printable(name)}": ${why}`, {
      hint: "the archive is damaged or hostile; nothing of it was kept",
    });
  }

  /** Checks a name and claims it for a file or a link. Null when `strip` leaves nothing of it. */
  #place(name: string, kind: Kind): string | null {
    const path = this.#admit(name);
    if (path === null) return null;
    if (path === "") throw this.refusal(name, "it has no name");
    this.#parents(name, path);
    if (this.#entries.has(path)) {
      throw this.refusal(name, "there is another entry of this name");
    }
    this.#claim(name, path, kind);
    return path;
  }

  get #onWindows(): boolean {
    return this.#system.host.os === "windows";
  }

  /** Counts an entry, and gives its path below the root. */
  #admit(name: string): string | null {
    if (++this.#count > this.#limits.entries) {
      throw this.refusal(name, `the archive has more than ${this.#limits.entries} entries`);
    }
    return this.#normal(name, (why) => this.refusal(name, why));
  }

  #normal(name: string, refuse: (why: string) => SysError): string | null {
    if (name.includes("\0")) throw refuse("its name has a zero in it");
    if (name.includes("\ufffd")) throw refuse("its name is not UTF-8");
    if (isAbsolute(name)) throw refuse("its name is absolute");
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.includes("..")) throw refuse('its name has ".." in it');
    const refused = this.#onWindows ? refusedIn(name) : null;
    if (refused) throw refuse(refused.why);
    if (parts.length === 0) return this.#strip === 0 ? "" : null;
    return parts.length <= this.#strip ? null : parts.slice(this.#strip).join("/");
  }

  /** Makes the folders above a path; refuses when one of them is something else. */
  #parents(name: string, path: string): void {
    const slash = path.lastIndexOf("/");
    if (slash < 0) return;
    const above = path.slice(0, slash);
    if (this.#entries.get(above) === "dir") return;
    this.#parents(name, above);
    this.#folder(name, above);
  }

  #folder(name: string, path: string): void {
    const known = this.#entries.get(path);
    if (known === "dir") return;
    const full = `${this.#root}/${path}`;
    const there = this.#try(name, () => this.#system.fs.lstat(full))?.kind;
    if (known === "link" || there === "link") {
      throw this.refusal(name, `it would be written through the link ${path}`);
    }
    if (known === "file" || (there !== undefined && there !== "dir")) {
      throw this.refusal(name, `${path} is no folder`);
    }
    this.#claim(name, path, "dir");
    if (there === "dir") return;
    this.#try(name, () => this.#system.fs.mkdir(full, 0o755));
    this.#made.push(full);
  }

  #claim(name: string, path: string, kind: Kind): void {
    const folded = path.normalize("NFC").toLowerCase();
    const other = this.#folded.get(folded);
    if (other !== undefined && other !== path) {
      throw this.refusal(name, `"${printable(other)}" differs from it by case only`);
    }
    this.#folded.set(folded, path);
    this.#entries.set(path, kind);
  }

  #charge(name: string, count: number): void {
    this.#bytes += count;
    const { bytes, ratio, ratioFrom } = this.#limits;
    if (this.#bytes > bytes) {
      throw this.refusal(name, `the archive unpacks to more than ${bytes} bytes`);
    }
    if (this.#bytes > ratioFrom && this.#bytes > ratio * this.#archiveSize) {
      throw this.refusal(name, `the archive unpacks to more than ${ratio} times its size`);
    }
  }

  /** Whether a link, with all others in place, leads out of the root at any point of its way. */
  #escapes(path: string): boolean {
    const at: string[] = posix.dirname(path) === "." ? [] : posix.dirname(path).split("/");
    const todo = (this.#links.get(path) ?? "").split("/");
    for (let hops = 0; todo.length > 0;) {
      const part = todo.shift() ?? "";
      if (part === "" || part === ".") continue;
      if (part === "..") {
        if (at.pop() === undefined) return true;
        continue;
      }
      at.push(part);
      const next = this.#linkAt(at.join("/"));
      if (next === undefined) continue;
      if (isAbsolute(next)) return true;
      // A loop leads nowhere, so not out either.
      if (++hops > HOPS) return false;
      at.pop();
      todo.unshift(...next.split("/"));
    }
    return false;
  }

  /** Where a link of this archive, or one that was there before, leads. */
  #linkAt(path: string): string | undefined {
    if (this.#entries.has(path)) return this.#links.get(path);
    const full = `${this.#root}/${path}`;
    const { fs } = this.#system;
    return fs.lstat(full)?.kind === "link" ? fs.readLink(full) : undefined;
  }

  #try<T>(name: string, action: () => T): T {
    try {
      return action();
    } catch (thrown) {
      throw new SysError("build", `Cannot unpack "${printable(name)}": ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
  }
}

/** A file that is being written. */
export class FileSink {
  readonly #handle: OpenFile;
  readonly #mtime: number | null;
  readonly #charge: (count: number) => void;

  constructor(handle: OpenFile, mtime: number | null, charge: (count: number) => void) {
    this.#handle = handle;
    this.#mtime = mtime;
    this.#charge = charge;
  }

  write(bytes: Uint8Array): void {
    this.#charge(bytes.length);
    this.#handle.write(bytes);
  }

  close(): void {
    try {
      if (this.#mtime !== null) this.#handle.utime(this.#mtime);
    } finally {
      this.#handle.close();
    }
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || path.startsWith("\\\\") || /^[A-Za-z]:[\\/]/.test(path);
}

/** A name that may hold anything, made fit for a message. */
function printable(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}
