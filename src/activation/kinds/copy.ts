import { join } from "node:path/posix";
import { sha256Hex } from "../../digest.ts";
import { SysError } from "../../errors.ts";
import type { Owner, PathState } from "../../plan/types.ts";
import { isPrivate } from "../../store/privacy.ts";
import type { Bind, Binder, Declaration, Details } from "../binder.ts";
import { digestOfFile } from "../observe.ts";
import { ownerNamed } from "../owner.ts";
import { isPending, nameIn, PENDING } from "../resolver.ts";

export const copy: Bind<"copy"> = (binder, action, from) => {
  const { target, mode, force, mutable } = action;
  const secret = mode !== null && isPrivate({ kind: "file", mode });
  const origin = binder.resolver.origin(action.source, nameIn(target), from.place, secret);
  const details: Details = { role: "copy", force, mutable };
  const whose: Owners = action.owner === null
    ? { owner: binder.ownerAt(target) }
    : ownersOf(binder, target, action.owner, from);
  copyFrom({ binder, mode, from, details: { ...details, ...whose.by }, ...whose }, target, origin);
};

/** Whose a file shall be, and who makes it. */
interface Owners {
  readonly owner?: Owner;
  readonly by?: Pick<Details, "owner">;
}

/** Whose the file shall be, and as whom root makes it: in somebody's home as that user, elsewhere as root. */
function ownersOf(
  { world, scope, resolver }: Binder,
  target: string,
  named: string,
  { place }: Declaration,
): Owners {
  const { home, ...owner } = ownerNamed(world.system, named, place);
  if (scope.owner && owner.uid !== scope.owner.uid) {
    throw new SysError("config", `Cannot give ${target} to ${named} in another user's block`, {
      place,
      hint: "declare it outside of the block: root then does it",
    });
  }
  const inside = home !== "/" && resolver.absolute(target).startsWith(join(home, "/"));
  return inside ? { owner, by: { owner } } : { owner };
}

/** What is the same for each file of a folder. */
interface Copying {
  readonly binder: Binder;
  readonly mode: number | null;
  readonly from: Declaration;
  readonly details: Details;
  /** Whose files it makes. */
  readonly owner?: Owner;
}

/** Copies a file; of a folder, every file in it. Empty folders are not made. */
function copyFrom(copying: Copying, target: string, origin: string): void {
  const { binder, mode, from, details, owner } = copying;
  const { fs } = binder.world.system;
  const file = binder.resolver.files.get(origin);
  const info = file || isPending(origin) ? null : fs.lstat(origin);
  if (info?.kind === "dir") {
    for (const name of fs.readDir(origin)) {
      copyFrom(copying, `${target}/${name}`, join(origin, name));
    }
    return;
  }
  if (info?.kind === "link") {
    const { system: { host }, links } = binder.world;
    // What can't be linked is there as what the link leads to.
    if (host.os === "windows" && links !== "everything") {
      return copyFrom(copying, target, fs.realPath(origin));
    }
    const state: PathState = { kind: "link", to: fs.readLink(origin) };
    return binder.path(target, state, from, { ...details, mutable: false });
  }
  if (!file && info === null) {
    return binder.path(target, { kind: "link", to: PENDING }, from, { ...details, pending: true });
  }
  const executable = file ? file.executable : ((info?.mode ?? 0) & 0o100) !== 0;
  const closed = file ? file.isPrivate : info !== null && isPrivate(info);
  const usual = (executable ? 0o755 : 0o644) & (closed ? 0o700 : 0o777);
  const secret = isPrivate({ kind: "file", mode: mode ?? usual });
  const state: PathState = {
    kind: "file",
    digest: file ? sha256Hex(file.content) : digestOfFile(fs, origin),
    mode: mode ?? usual,
    content: file ? origin : binder.resolver.addLive(origin, executable, secret),
    ...(owner ? { owner } : {}),
  };
  binder.path(target, state, from, details);
}
