/** Takes an evaluated config, gives what a snapshot says of where it came from. */
import { join, relative } from "node:path";
import type { Provenance } from "../activation/perform.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Machine } from "../machine/open.ts";
import type { Activation, Json } from "../manifest/types.ts";
import { derivationsOf } from "./build.ts";
import type { ObjectName } from "../store/names.ts";
import { removeTree } from "../store/remove.ts";
import { makeFolders } from "../system/folders.ts";

/** The provenance of a snapshot. `keep`: whether there will be one, so that the config's files are to be kept. */
export function provenanceOf(
  machine: Machine,
  evaluated: Evaluated,
  activations: readonly Activation[],
  description: string,
  keep: boolean,
): Provenance {
  const { store, system } = machine;
  const used = new Set(derivationsOf(evaluated.manifest, activations));
  return {
    description,
    config: { path: evaluated.entry, source: keep ? keepFiles(machine, evaluated) : null },
    lock: readLock(system.fs, evaluated.lockPath),
    derivations: evaluated.manifest.derivations.filter(({ hash }) => used.has(hash))
      .map(({ hash, name, version }) => ({
        hash,
        name,
        version,
        outputs: store.outputsOf(hash) ?? {},
      })),
    restores: null,
  };
}

/** The config's own Lua files as an object. */
function keepFiles({ system, store, root }: Machine, { dir, files }: Evaluated): ObjectName {
  const { fs, host } = system;
  const scratch = join(root, "store", "tmp", `config-${host.pid}`);
  if (fs.lstat(scratch) !== null) removeTree(fs, scratch);
  makeFolders(fs, scratch);
  try {
    for (const path of files) {
      const below = relative(dir, path);
      if (below.startsWith("..")) continue;
      const copy = join(scratch, below);
      makeFolders(fs, join(copy, ".."));
      const file = fs.create(copy, 0o644);
      try {
        file.write(fs.readFile(path));
      } finally {
        file.close();
      }
    }
    return store.addTree("config", scratch);
  } finally {
    removeTree(fs, scratch);
  }
}

function readLock(fs: Machine["system"]["fs"], path: string): Json {
  if (fs.lstat(path) === null) return null;
  return JSON.parse(new TextDecoder().decode(fs.readFile(path)));
}
