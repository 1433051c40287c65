/** `sys store …` */
import { buildRouteMap } from "@stricli/core";
import dump from "./store/dump.ts";
import ls from "./store/ls.ts";
import optimise from "./store/optimise.ts";
import path from "./store/path.ts";
import verify from "./store/verify.ts";

export default buildRouteMap({
  docs: { brief: "Look after the store" },
  routes: { verify, optimise, ls, path, dump },
});
