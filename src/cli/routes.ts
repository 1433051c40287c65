/** Every command by its name. Their modules are light: what a command does is loaded when it runs. */
import { buildRouteMap } from "@stricli/core";
import apply from "./commands/apply.ts";
import build from "./commands/build.ts";
import destroy from "./commands/destroy.ts";
import diff from "./commands/diff.ts";
import evaluate from "./commands/eval.ts";
import gc from "./commands/gc.ts";
import hash from "./commands/hash.ts";
import history from "./commands/history.ts";
import log from "./commands/log.ts";
import originals from "./commands/originals.ts";
import plan from "./commands/plan.ts";
import repair from "./commands/repair.ts";
import rollback from "./commands/rollback.ts";
import show from "./commands/show.ts";
import status from "./commands/status.ts";
import store from "./commands/store.ts";
import tag from "./commands/tag.ts";
import update from "./commands/update.ts";
import version from "./commands/version.ts";
import why from "./commands/why.ts";

export const routes = buildRouteMap({
  docs: { brief: "Makes a machine match a Lua configuration" },
  routes: {
    plan,
    apply,
    build,
    eval: evaluate,
    status,
    diff,
    history,
    show,
    tag,
    rollback,
    destroy,
    repair,
    originals,
    update,
    gc,
    store,
    log,
    why,
    hash,
    version,
  },
});
