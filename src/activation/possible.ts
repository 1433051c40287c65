/** Takes what a path shall be, gives what the system can have there, and will show. */
import { dirname } from "node:path/posix";
import { type Place, SysError } from "../errors.ts";
import { sha256Hex } from "../digest.ts";
import { formOfLink } from "../platform/links.ts";
import type { PathRole, PathState } from "../plan/types.ts";
import { objectsIn } from "../store/names.ts";
import type { ReadFs } from "../system/fs.ts";
import { heldMode } from "../system/holds.ts";
import { refusedIn } from "../system/windows/names.ts";
import { digestOfFile, leadsToFolder } from "./observe.ts";
import type { BindWorld, GeneratedFile } from "./scope.ts";

/** A path that is wanted. */
export interface WantedState {
  readonly path: string;
  readonly target: string;
  readonly role: PathRole;
  readonly state: PathState;
  readonly place: Place | null;
}

type World = Pick<BindWorld, "system" | "links">;

/** The state with what stands in for a link that can't be made, and the permissions that can be held.
 * @param files that are to be in the store, by the path that they will have */
export function possibleState(
  world: World,
  files: ReadonlyMap<string, GeneratedFile>,
  wanted: WantedState,
): PathState {
  const state = withoutLink(world, files, wanted);
  const { fs, host } = world.system;
  if (state.kind === "link" && host.os === "windows") return asJunction(fs, state);
  if (state.kind !== "file") return state;
  return { ...state, mode: heldMode(fs.holds, "file", state.mode) };
}

/** A junction leads to where its target really lies, and is read so. */
function asJunction(fs: ReadFs, state: Extract<PathState, { kind: "link" }>): PathState {
  const { to } = state;
  if (!to.startsWith("/") || !leadsToFolder(fs, to)) return state;
  // What is not in the store yet is seen where it lies now.
  const stored = to.includes(IN_STORE) && objectsIn([to]).length > 0;
  return { ...state, to: stored ? realInStore(fs, to) : fs.realPath(to) };
}

/** Where a path in the store will really lie: no object is a link, and the store's folders may not be there yet. */
function realInStore(fs: ReadFs, path: string): string {
  let above = path.slice(0, path.indexOf(IN_STORE));
  while (fs.lstat(above) === null) above = dirname(above);
  return fs.realPath(above) + path.slice(above.length);
}

const IN_STORE = "/store/obj/";

/** @throws SysError of kind "config" for a path that this system can't have */
export function refuseName(
  { host }: Pick<BindWorld["system"], "host">,
  { path, target, place }: Pick<WantedState, "path" | "target" | "place">,
): void {
  const refused = host.os === "windows" ? refusedIn(path) : null;
  if (refused === null) return;
  throw new SysError("config", `Cannot put anything at ${target}: ${refused.why}`, {
    ...(place ? { place } : {}),
    hint: `another name than "${refused.name}" is possible on every system`,
  });
}

function withoutLink(
  { system: { fs, host }, links }: World,
  files: ReadonlyMap<string, GeneratedFile>,
  { target, role, state, place }: WantedState,
): PathState {
  // What sys.lua needs of its own is no link on Windows, whatever the user's rights are by now.
  const power = role === "shell" && host.os === "windows" ? "folders" : links;
  if (state.kind !== "link" || power === "everything") return state;
  const file = files.get(state.to);
  const found = file ? "file" : fs.lstat(state.to)?.kind;
  const leadsTo = found === "dir" ? "folder" : found === "file" ? "file" : "nothing";
  const live = !file && objectsIn([state.to]).length === 0;
  switch (formOfLink(power, leadsTo, live)) {
    case "link":
      return state;
    case "refused":
      throw new SysError("activation", `Cannot link ${target}: files cannot be linked here`, {
        ...(place ? { place } : {}),
        hint: "Developer Mode of Windows allows it; or leave out `mutable`",
      });
    case "copy": {
      const executable = file?.executable ?? ((fs.lstat(state.to)?.mode ?? 0) & 0o100) !== 0;
      const digest = file ? sha256Hex(file.content) : digestOfFile(fs, state.to);
      return { kind: "file", digest, mode: executable ? 0o755 : 0o644, content: state.to };
    }
  }
}
