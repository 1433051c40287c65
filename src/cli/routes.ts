/** Every command by its name. Their modules are light: what a command does is loaded when it runs. */
import { buildRouteMap } from "@stricli/core";
import build from "./commands/build.ts";
import evaluate from "./commands/eval.ts";
import gc from "./commands/gc.ts";
import hash from "./commands/hash.ts";
import history from "./commands/history.ts";
import show from "./commands/show.ts";
import tag from "./commands/tag.ts";
import version from "./commands/version.ts";

export const routes = buildRouteMap({
  docs: { brief: "Makes a machine match a Lua configuration" },
  routes: { build, eval: evaluate, history, show, tag, gc, hash, version },
});
