/** Takes what is kept of a state, gives it with the places where they are now: paths in files are those of the root as
 * it was when they were written, and a root may be moved. */
import { join } from "node:path/posix";
import type { PathState } from "../plan/types.ts";
import { layoutOf, objectPath } from "../store/layout.ts";
import { isObjectName } from "../store/names.ts";

/** The same state, with its content and what holds it below this root. */
export function relocated<S extends PathState>(root: string, state: S): S {
  if (state.kind === "absent" || state.kind === "other") return state;
  const content = state.kind === "file" && state.content !== undefined
    ? { content: contentIn(root, state.content) }
    : {};
  const held = state.kept?.held;
  const kept = held === undefined ? {} : { kept: { ...state.kept, held: heldIn(root, held) } };
  return { ...state, ...content, ...kept };
}

function contentIn(root: string, path: string): string {
  if (path.startsWith(`${root}/`)) return path;
  const [, object, below = ""] = /\/store\/obj\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (object === undefined || !isObjectName(object)) return path;
  return objectPath(layoutOf(root), object) + below;
}

function heldIn(root: string, path: string): string {
  if (path.startsWith(`${root}/`)) return path;
  const [, number] = /\/originals\/([1-9][0-9]*)$/.exec(path) ?? [];
  return number === undefined ? path : join(root, "originals", number);
}
