/** Every command by its name. A command line loads its own; all of them are loaded for who looks for one. */
import { buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import type { Context } from "./session.ts";

type Route = { readonly default: Command<Context> | RouteMap<Context> };

/** In the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, () => Promise<Route>>> = {
  plan: () => import("./commands/plan.ts"),
  apply: () => import("./commands/apply.ts"),
  build: () => import("./commands/build.ts"),
  eval: () => import("./commands/eval.ts"),
  status: () => import("./commands/status.ts"),
  diff: () => import("./commands/diff.ts"),
  history: () => import("./commands/history.ts"),
  show: () => import("./commands/show.ts"),
  tag: () => import("./commands/tag.ts"),
  rollback: () => import("./commands/rollback.ts"),
  destroy: () => import("./commands/destroy.ts"),
  repair: () => import("./commands/repair.ts"),
  originals: () => import("./commands/originals.ts"),
  update: () => import("./commands/update.ts"),
  gc: () => import("./commands/gc.ts"),
  store: () => import("./commands/store.ts"),
  secrets: () => import("./commands/secrets.ts"),
  log: () => import("./commands/log.ts"),
  why: () => import("./commands/why.ts"),
  hash: () => import("./commands/hash.ts"),
  version: () => import("./commands/version.ts"),
};

/** Whether there is a command of this name. */
export function isCommand(name: string | undefined): boolean {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

/** The one command of this name, or all of them where there is none. */
export async function routesFor(name: string | undefined): Promise<RouteMap<Context>> {
  const names = isCommand(name) ? [name!] : Object.keys(COMMANDS);
  const loaded = await Promise.all(names.map((name) => COMMANDS[name]()));
  return buildRouteMap({
    docs: { brief: "Makes a machine match a Lua configuration" },
    routes: Object.fromEntries(names.map((name, n) => [name, loaded[n].default])),
  });
}
