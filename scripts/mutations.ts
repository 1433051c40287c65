/** Changes that break a promise, each with the test that has to notice it. */
import { BUILDING } from "./mutations/building.ts";
import { DAMAGED } from "./mutations/damaged.ts";
import { EVALUATED } from "./mutations/evaluated.ts";
import { FLUSHED } from "./mutations/flushed.ts";
import { INSPECTED } from "./mutations/inspected.ts";
import { KEEPING } from "./mutations/keeping.ts";
import { LIBRARY } from "./mutations/library.ts";
import { MAC } from "./mutations/mac.ts";
import { MENDS } from "./mutations/mends.ts";
import { PRIVATE } from "./mutations/private.ts";
import { RECALLED } from "./mutations/recalled.ts";
import { RUNNING } from "./mutations/running.ts";
import { SECRETS } from "./mutations/secrets.ts";
import { SETTINGS } from "./mutations/settings.ts";
import { SHOWN } from "./mutations/shown.ts";
import { SNAPSHOTS } from "./mutations/snapshots.ts";
import { TOLD } from "./mutations/told.ts";
import { WINDOWS } from "./mutations/windows.ts";
import { WORLDS } from "./mutations/worlds.ts";
import type { Mutation } from "./mutations/mutation.ts";

export const MUTATIONS: readonly Mutation[] = [
  ...WORLDS,
  ...LIBRARY,
  ...INSPECTED,
  ...BUILDING,
  ...RECALLED,
  ...RUNNING,
  ...MAC,
  ...MENDS,
  ...KEEPING,
  ...SETTINGS,
  ...SECRETS,
  ...SHOWN,
  ...FLUSHED,
  ...DAMAGED,
  ...PRIVATE,
  ...SNAPSHOTS,
  ...TOLD,
  ...EVALUATED,
  ...WINDOWS,
];
