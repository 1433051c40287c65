import type { Bind } from "../binder.ts";

export const profile: Bind<"profile"> = (binder, { dir, priority }, { by, place }) =>
  binder.folder({ dir: binder.resolver.path(dir, place), priority, by, place });
