import type { Bind } from "../binder.ts";
import { isPending, nameIn } from "../resolver.ts";

export const link: Bind<"link"> = (binder, { target, source, force }, from) => {
  const to = binder.resolver.origin(source, nameIn(target), from.place);
  binder.path(target, { kind: "link", to }, from, { force, pending: isPending(to) });
};
