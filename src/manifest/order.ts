/** Takes derivations, gives them so that each comes after those that it uses; ties by hash. */
import type { Derivation, DerivationHash } from "./types.ts";

export function orderDerivations(derivations: readonly Derivation[]): Derivation[] {
  const byHash = new Map(derivations.map((derivation) => [derivation.hash, derivation]));
  const depths = new Map<DerivationHash, number>();
  // A hash covers those of what it uses, so there are no cycles.
  const depth = (hash: DerivationHash): number => {
    let known = depths.get(hash);
    if (known === undefined) {
      const below = byHash.get(hash)!.dependencies.map(depth);
      known = below.length === 0 ? 0 : Math.max(...below) + 1;
      depths.set(hash, known);
    }
    return known;
  };
  return [...derivations].sort((a, b) =>
    depth(a.hash) - depth(b.hash) || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)
  );
}
