import type { Bind } from "../binder.ts";

export const persistent_env: Bind<"persistent_env"> = (binder, action, from) => {
  const { name } = action;
  const value = binder.resolver.path(action.value, from.place);
  // Windows keeps these in the registry, other systems in a file.
  if (binder.world.system.host.os !== "windows") binder.persistent(name, value, from);
  else binder.setting("environment", { key: name, value }, from);
};
