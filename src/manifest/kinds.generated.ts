// Made by scripts/embed_lua.ts; do not edit.
import { copy } from "./kinds/copy.ts";
import { defaults } from "./kinds/defaults.ts";
import { env } from "./kinds/env.ts";
import { group } from "./kinds/group.ts";
import { host_packages } from "./kinds/host_packages.ts";
import { link } from "./kinds/link.ts";
import { membership } from "./kinds/membership.ts";
import { persistent_env } from "./kinds/persistent_env.ts";
import { profile } from "./kinds/profile.ts";
import { run } from "./kinds/run.ts";
import { service } from "./kinds/service.ts";
import { shell } from "./kinds/shell.ts";
import { user } from "./kinds/user.ts";

/** The action kinds. */
export const KINDS = {
  copy,
  defaults,
  env,
  group,
  host_packages,
  link,
  membership,
  persistent_env,
  profile,
  run,
  service,
  shell,
  user,
};
