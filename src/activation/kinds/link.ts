import { dirname } from "node:path/posix";
import { type Place, SysError } from "../../errors.ts";
import { objectsIn } from "../../store/names.ts";
import { isPrivate } from "../../store/privacy.ts";
import type { ReadFs } from "../../system/fs.ts";
import type { Bind } from "../binder.ts";
import { isPending, nameIn } from "../resolver.ts";

export const link: Bind<"link"> = (binder, { target, source, force, mutable }, from) => {
  const to = binder.resolver.origin(source, nameIn(target), from.place);
  if (binder.scope.owner && !mutable) {
    refusePrivate(binder.world.system.fs, target, to, from.place);
  }
  binder.path(target, { kind: "link", to }, from, { force, pending: isPending(to) });
};

/** A user can't follow a link to what only root may read. */
function refusePrivate(fs: ReadFs, target: string, to: string, place: Place): void {
  const [object] = objectsIn([to]);
  if (object === undefined) return;
  for (let path = to; path.includes(object); path = dirname(path)) {
    const info = fs.lstat(path);
    if (info === null || !isPrivate(info)) continue;
    throw new SysError("activation", `Cannot link ${target}: only root may read its source`, {
      place,
      hint: "let others read the source, or copy it: `copy` gives the user a file of their own",
    });
  }
}
