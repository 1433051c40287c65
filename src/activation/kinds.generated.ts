// Made by scripts/embed_lua.ts; do not edit.
import { copy } from "./kinds/copy.ts";
import { env } from "./kinds/env.ts";
import { link } from "./kinds/link.ts";
import { persistent_env } from "./kinds/persistent_env.ts";
import { profile } from "./kinds/profile.ts";
import { run } from "./kinds/run.ts";
import { service } from "./kinds/service.ts";
import { shell } from "./kinds/shell.ts";

/** What kinds want. */
export const BINDINGS = {
  copy,
  env,
  link,
  persistent_env,
  profile,
  run,
  service,
  shell,
};
