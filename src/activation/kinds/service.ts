import { sha256Hex } from "../../digest.ts";
import type { PathState } from "../../plan/types.ts";
import type { Bind } from "../binder.ts";
import { isPending, nameIn, PENDING } from "../resolver.ts";

export const service: Bind<"service"> = (binder, action, from) => {
  const { name, user } = action;
  const { fs } = binder.world.system;
  const unit = binder.world.services.unitPath(name, user, binder.scope.home);
  const { checkUnit, unitFile } = binder.world.services;
  const given = binder.resolver.origin(action.unit, nameIn(unit), from.place);
  const text = binder.resolver.files.get(given)?.content ??
    (!isPending(given) && fs.lstat(given)?.kind === "file" ? fs.readFile(given) : null);
  if (text !== null) checkUnit?.(name, text);
  const content = text !== null && unitFile ? unitFile(name, text) : text;
  const origin = content === null || content === text
    ? given
    : binder.resolver.addFile(nameIn(unit), content);
  const digest = content === null ? "" : sha256Hex(content);
  const owner = binder.ownerAt(unit);
  const state: PathState = content === null
    ? { kind: "link", to: PENDING }
    : { kind: "file", digest, mode: 0o644, content: origin, ...(owner ? { owner } : {}) };
  binder.path(unit, state, from, { role: "unit", pending: content === null });
  const account = user ? binder.account() : {};
  binder.service({ name, user, ...account, unit, digest }, from);
};
