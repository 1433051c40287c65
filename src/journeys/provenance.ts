/** Takes an evaluated config, gives what a snapshot says of where it came from. */
import type { Provenance } from "../activation/perform.ts";
import type { Machine } from "../machine/open.ts";
import type { Activation } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";
import { outputsUsed } from "./build.ts";
import type { Evaluated } from "./evaluate.ts";

/** The provenance of a snapshot.
 * @param source the config's own files; null where no snapshot is to be recorded */
export function provenanceOf(
  { store }: Pick<Machine, "store">,
  { manifest, entry, lock }: Pick<Evaluated, "manifest" | "entry" | "lock">,
  activations: readonly Activation[],
  description: string,
  source: ObjectName | null,
): Provenance {
  const used = outputsUsed(manifest, activations);
  return {
    description,
    config: { path: entry, source },
    lock,
    derivations: manifest.derivations.filter(({ hash }) => used.has(hash))
      .map(({ hash, name, version }) => ({
        hash,
        name,
        version,
        outputs: store.outputsOf(hash, used.get(hash)) ?? {},
      })),
    restores: null,
  };
}
