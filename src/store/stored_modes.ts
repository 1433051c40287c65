/** Takes a world whose files have no permissions but "read-only", gives the same with those that the store has recorded
 * of its objects (see `Entry`): what is executable there, and what is private. So an object is the same on every system.
 *
 * Where the record of an object is lost, its name tells whether a guess is right: the permissions take part in it. */
import type { FileSystem } from "../system/mod.ts";
import { modedFs, type RecordedModes } from "../system/moded_fs.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { examine } from "./identity.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { hashPart, isObjectName, type ObjectName } from "./names.ts";
import { readRecord } from "./record.ts";

/** The same world; itself where files have all permissions. @param roots of the stores that are looked at */
export function withStoredModes<W extends { readonly fs: FileSystem }>(
  world: W,
  ...roots: readonly string[]
): W {
  const { fs } = world;
  if (fs.holds.modes === "all") return world;
  const stores = roots.map((root) => recordedModes(fs, layoutOf(root)));
  const recorded = (path: string) => {
    for (const modeOf of stores) {
      const mode = modeOf(path);
      if (mode !== undefined) return mode;
    }
  };
  return { ...world, fs: modedFs(fs, recorded) };
}

function recordedModes(fs: FileSystem, layout: Layout): RecordedModes {
  const known = new Map<ObjectName, ReadonlyMap<string, number>>();
  const modesOf = (object: ObjectName) => {
    const found = known.get(object);
    if (found !== undefined) return found;
    const entries = readRecord(fs, layout, object)?.entries ?? guess(fs, layout, object);
    const modes = new Map(entries.map(([below, , mode]) => [below, mode]));
    if (modes.size > 0) known.set(object, modes);
    return modes;
  };
  return (path) => {
    if (!path.startsWith(`${layout.obj}/`)) return undefined;
    const below = path.slice(layout.obj.length + 1);
    const [object] = below.split("/", 1);
    return isObjectName(object) ? modesOf(object).get(below.slice(object.length)) : undefined;
  };
}

/** The entries of an object with the permissions that its name fits; none where no guess is right. */
function guess(fs: FileSystem, layout: Layout, object: ObjectName): readonly Entry[] {
  for (const closed of [0o777, 0o700]) {
    for (const executable of GUESSES) {
      const view = modedFs(fs, (path) => {
        const kind = fs.lstat(path)?.kind;
        if (kind === "dir") return 0o555 & closed;
        return (executable(fs, path) ? 0o555 : 0o444) & closed;
      });
      const found = examine(view, layout, object, null);
      if (found.hash === hashPart(object)) return entriesOf(view, objectPath(layout, object));
    }
  }
  return [];
}

type Guess = (fs: FileSystem, path: string) => boolean;

const GUESSES: readonly Guess[] = [() => false, beginsAsProgram, () => true];

/** How programs begin: scripts, ELF, PE, Mach-O. */
const BEGINNINGS = [
  "#!",
  "\x7fELF",
  "MZ",
  "\xcf\xfa\xed\xfe",
  "\xce\xfa\xed\xfe",
  "\xca\xfe\xba\xbe",
];

function beginsAsProgram(fs: FileSystem, path: string): boolean {
  const file = fs.openRead(path);
  try {
    const head = new Uint8Array(4);
    const text = String.fromCharCode(...head.subarray(0, file.read(head)));
    return BEGINNINGS.some((beginning) => text.startsWith(beginning));
  } finally {
    file.close();
  }
}
