/** `sys secrets …` */
import { buildRouteMap } from "@stricli/core";
import edit from "./secrets/edit.ts";
import hostKey from "./secrets/host_key.ts";
import init from "./secrets/init.ts";
import recipients from "./secrets/recipients.ts";
import rekey from "./secrets/rekey.ts";
import set from "./secrets/set.ts";
import show from "./secrets/show.ts";

export default buildRouteMap({
  docs: { brief: "Make, show and change files of secrets, as sops has them" },
  routes: { init, edit, show, set, rekey, recipients, "host-key": hostKey },
});
