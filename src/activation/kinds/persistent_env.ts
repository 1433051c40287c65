import { keyOfFolder } from "../../platform/settings/registry.ts";
import { nativePaths } from "../../system/mod.ts";
import type { Bind } from "../binder.ts";

export const persistent_env: Bind<"persistent_env"> = (binder, action, from) => {
  const { name } = action;
  const { os } = binder.world.system.host;
  if (os !== "windows") {
    return binder.persistent(name, binder.resolver.path(action.value, from.place), from);
  }
  // Windows keeps these in the registry, other systems in a file.
  const native = (text: string) => binder.resolver.nativeValue(text, from.place);
  if (name.toUpperCase() !== "PATH") {
    return binder.setting("environment", { key: name, value: native(action.value) }, from);
  }
  // It has what other programs' installers have put there: folders are added.
  const { separator } = nativePaths(os);
  for (const folder of action.value.split(separator).filter((part) => part !== "")) {
    binder.setting("environment", { key: keyOfFolder(native(folder)), value: true }, from);
  }
};
