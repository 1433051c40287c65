/** Every command by its name. Their modules are light: what a command does is loaded when it runs. */
import { buildRouteMap } from "@stricli/core";
import version from "./commands/version.ts";

export const routes = buildRouteMap({
  docs: { brief: "Makes a machine match a Lua configuration" },
  routes: { version },
});
