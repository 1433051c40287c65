/** Takes a plan, keeps what it would replace in the store, gives the plan with the places where it is kept. */
import { basename } from "node:path";
import { SysError } from "../errors.ts";
import type { PathState, Plan } from "../plan/types.ts";
import { type ObjectName, parseObjectName } from "../store/names.ts";
import type { Store } from "../store/types.ts";
import { type FileSystem, FsError } from "../system/fs.ts";
import { digestOfFile } from "./observe.ts";

/** Bytes of a file above which it is copied a chunk at a time. */
const LARGE = 8 << 20;

/** The plan, able to put everything back; and the objects that it needs for that. */
export interface BackedUpPlan {
  readonly plan: Plan;
  readonly objects: readonly ObjectName[];
}

/** Makes every file that is replaced an object, `original-<its name>`. */
export function backUpOriginals(
  fs: FileSystem,
  store: Pick<Store, "addFile" | "addTree" | "pathOf">,
  plan: Plan,
): BackedUpPlan {
  const places = new Map<string, { readonly digest: string; readonly content: string }>();
  const objects = new Set<ObjectName>();
  for (const path of plan.backups) {
    const info = fs.lstat(path);
    if (info?.kind !== "file") continue;
    const name = `original-${basename(path)}`;
    const object = info.size > LARGE
      ? store.addTree(name, path)
      : store.addFile(name, fs.readFile(path), (info.mode & 0o100) !== 0);
    const content = store.pathOf(object);
    objects.add(object);
    hide(fs, content, info.mode);
    places.set(path, { digest: digestOfFile(fs, content), content });
  }
  const withContent = (path: string, state: PathState): PathState => {
    if (state.kind !== "file" || state.content !== undefined) return state;
    const place = places.get(path);
    if (place?.digest === state.digest) return { ...state, content: place.content };
    throw new SysError("activation", `Cannot replace ${path}: it changed since the plan was made`, {
      hint: "run the command again",
    });
  };
  const originals = Object.fromEntries(
    Object.entries(plan.originals).map(([path, state]) => [path, withContent(path, state)]),
  );
  for (const state of Object.values(originals)) {
    if (state.kind === "file" && state.content) objects.add(objectAt(state.content));
  }
  return {
    plan: {
      ...plan,
      originals,
      steps: plan.steps.map((step) =>
        step.kind === "path" ? { ...step, before: withContent(step.path, step.before) } : step
      ),
    },
    objects: [...objects],
  };
}

/** What others could not read, they shall not read in a store that all may look into either. */
function hide(fs: FileSystem, object: string, mode: number): void {
  if ((mode & 0o004) !== 0) return;
  const hidden = mode & 0o100 ? 0o500 : 0o400;
  if (fs.lstat(object)?.mode === hidden) return;
  try {
    fs.chmod(object, hidden);
  } catch (thrown) {
    // One that is marked immutable was there before, for all to read.
    if (!(thrown instanceof FsError) || thrown.code !== "EPERM") throw thrown;
  }
}

/** The object that a path inside the store belongs to. */
function objectAt(path: string): ObjectName {
  return parseObjectName(basename(path));
}
