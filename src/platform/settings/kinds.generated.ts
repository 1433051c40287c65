// Made by scripts/embed_lua.ts; do not edit.
import { defaults } from "./kinds/defaults.ts";
import { environment } from "./kinds/environment.ts";
import { group } from "./kinds/group.ts";
import { host_packages } from "./kinds/host_packages.ts";
import { membership } from "./kinds/membership.ts";
import { user } from "./kinds/user.ts";

/** What reads and gives settings. */
export const PROVIDERS = {
  defaults,
  environment,
  group,
  host_packages,
  membership,
  user,
};
