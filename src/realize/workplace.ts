/** Takes a derivation that is about to be built, gives where that happens: its folders, its sandbox, what is seen of
 * the store. Nothing is made yet. */
import { join } from "node:path/posix";
import type { Derivation, DerivationHash } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";
import type { Store } from "../store/types.ts";
import { makeFolders } from "../system/folders.ts";
import type { FileSystem, Keeper } from "../system/mod.ts";
import type { CompilerRequest } from "./compilers.ts";
import type { BuildPlaces } from "./confine.ts";
import { SYSTEM_PATH } from "./environment.ts";
import type { Scratch } from "./keep_failed.ts";
import type { BuildInputs, RealizeContext } from "./realize_context.ts";
import { outputName } from "./register_outputs.ts";
import { SANDBOX_MARKER } from "./sandbox/bubblewrap.ts";
import type { Sandbox } from "./sandbox/types.ts";

/** Where a build finds its scratch folders in a sandbox that can mount them anywhere. */
const SEEN = { tmp: "/build", fetched: "/fetched" };

/** Where one build works. */
export interface Workplace {
  readonly scratch: Scratch;
  readonly places: BuildPlaces;
  readonly sandbox: Sandbox;
  /** All objects that it may read, and refer to. */
  readonly closure: readonly ObjectName[];
  readonly compilers: CompilerRequest | null;
  readonly keeper: Keeper;
  readonly folders: ScratchFolders;
}

export async function workplaceOf(
  { system, store, settled, sandbox: find }: RealizeContext,
  derivation: Derivation,
  inputs: BuildInputs,
): Promise<Workplace> {
  const scratch = scratchOf(store, derivation, inputs.again === true);
  const { folder, outputs } = scratch;
  const direct = [
    ...[...inputs.dependencies.values()].flatMap((made) => Object.values(made)),
    ...inputs.sources.values(),
  ];
  const closure = [...store.closure(direct)];
  const sandbox = await find();
  const mounts = sandbox.kind === "bubblewrap";
  const [tmp, fetched] = [join(folder, "tmp"), join(folder, "fetched")];
  const places = {
    tmp,
    fetched,
    seen: mounts ? SEEN : { tmp, fetched },
    outputs,
    objects: closure.map((object) => store.pathOf(object)),
    settled,
  };
  const compilers = mounts || system.host.os === "windows" ? null : {
    folder: join(folder, "compilers"),
    path: SYSTEM_PATH[system.host.os],
    from: tmp,
    to: SEEN.tmp,
  };
  // No other build has the same scratch folder, and builds of one derivation take turns. What has another TMPDIR is
  // known by its PATH.
  const keeper = system.processes.keeper([
    mounts ? `${SANDBOX_MARKER}=${tmp}` : `TMPDIR=${tmp}`,
    ...compilers === null ? [] : [`${compilers.folder}:`],
  ]);
  const folders = new ScratchFolders(system.fs, places);
  return { scratch, places, sandbox, closure, compilers, keeper, folders };
}

/** Makes the scratch folders when they are first needed: a build that writes its output and nothing else
 * does without, and making and removing folders would be most of its time. */
export class ScratchFolders {
  readonly #fs: FileSystem;
  readonly #places: BuildPlaces;
  #opened = false;

  constructor(fs: FileSystem, places: BuildPlaces) {
    this.#fs = fs;
    this.#places = places;
  }

  /** Whether there may be any. */
  get opened(): boolean {
    return this.#opened;
  }

  readonly open = (): void => {
    if (this.#opened) return;
    this.#opened = true;
    makeFolders(this.#fs, this.#places.tmp, 0o700);
    makeFolders(this.#fs, this.#places.fetched);
  };
}

/** Where a build works, and where it makes its outputs. */
function scratchOf(store: Store, derivation: Derivation, again: boolean): Scratch {
  const suffix = again ? "-again" : "";
  const hash = `${derivation.hash}${suffix}` as DerivationHash;
  return {
    folder: join(store.dir, "tmp", `${derivation.hash.slice(0, 32)}-build${suffix}`),
    outputs: Object.fromEntries(
      derivation.outputs.map((output) => [
        output,
        store.scratchPath(hash, output, outputName(derivation, output), derivation.version),
      ]),
    ),
  };
}
