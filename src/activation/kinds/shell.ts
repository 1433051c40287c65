import type { Bind } from "../binder.ts";

export const shell: Bind<"shell"> = (binder, { script, shells }, { by, place }) =>
  binder.script({
    path: binder.resolver.origin(script, `${by}.sh`, place),
    shells: shells.length > 0 ? shells : ["sh", "bash", "zsh"],
  });
