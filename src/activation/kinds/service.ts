import { sha256Hex } from "../../digest.ts";
import type { PathState } from "../../plan/types.ts";
import type { Bind } from "../binder.ts";
import { isPending, nameIn, PENDING } from "../resolver.ts";

export const service: Bind<"service"> = (binder, action, from) => {
  const { name, user } = action;
  const { fs } = binder.world.system;
  const unit = binder.world.services.unitPath(name, user, binder.scope.home);
  const origin = binder.resolver.origin(action.unit, nameIn(unit), from.place);
  const content = binder.resolver.files.get(origin)?.content ??
    (!isPending(origin) && fs.lstat(origin)?.kind === "file" ? fs.readFile(origin) : null);
  if (content !== null) binder.world.services.checkUnit?.(name, content);
  const digest = content === null ? "" : sha256Hex(content);
  const owner = binder.ownerAt(unit);
  const state: PathState = content === null
    ? { kind: "link", to: PENDING }
    : { kind: "file", digest, mode: 0o644, content: origin, ...(owner ? { owner } : {}) };
  binder.path(unit, state, from, { role: "unit", pending: content === null });
  const account = user ? binder.account() : {};
  binder.service({ name, user, ...account, unit, digest }, from);
};
