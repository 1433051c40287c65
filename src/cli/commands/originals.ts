/** `sys originals …` */
import { buildRouteMap } from "@stricli/core";
import drop from "./originals/drop.ts";
import list from "./originals/list.ts";
import restore from "./originals/restore.ts";
import show from "./originals/show.ts";

export default buildRouteMap({
  docs: { brief: "List, show, put back or drop what was replaced or set aside" },
  routes: { list, show, restore, drop },
  defaultCommand: "list",
});
