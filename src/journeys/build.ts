/** Takes an evaluated config and some of its derivations, gives their objects. */
import type { BuildObserver } from "../realize/observer.ts";
import { realize } from "../realize/realize.ts";
import type { SandboxMode } from "../realize/sandbox/sandbox.ts";
import { SysError } from "../errors.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Machine } from "../machine/open.ts";
import { outputPlaceholder, placeholdersIn } from "../manifest/placeholder.ts";
import type { Activation, Derivation, DerivationHash, Manifest } from "../manifest/types.ts";
import { sourcePath } from "./sources.ts";
import { protectObjects } from "../machine/protection.ts";
import type { ObjectName } from "../store/names.ts";
import { markRecent } from "../store/recent.ts";

/** How to build. */
export interface BuildSettings {
  /** Builds at a time. */
  readonly jobs: number;
  readonly sandbox: SandboxMode;
  /** Keep the scratch folders of builds that fail. */
  readonly keepFailed?: boolean;
  /** After a failure go on with what does not need it. */
  readonly keepGoing?: boolean;
  readonly observer: BuildObserver;
  readonly signal: AbortSignal;
}

/** Objects by derivation and output. */
export type Realized = ReadonlyMap<DerivationHash, Readonly<Record<string, ObjectName>>>;

/** Realizes derivations of a config, with what they depend on. */
export async function realizeFrom(
  machine: Machine,
  evaluated: Evaluated,
  wanted: readonly DerivationHash[],
  settings: BuildSettings & { readonly check?: boolean; readonly needed?: OutputNames },
): Promise<Realized> {
  const { manifest, recipes } = evaluated;
  const { system } = machine;
  machine.onPhase("build");
  const made: ObjectName[] = [];
  const asked = new Set(wanted);
  const realized = await realize(system, machine.store, {
    derivations: manifest.derivations,
    sources: manifest.sources,
    wanted,
    builderOf: ({ hash }) => ({ kind: "recipe", recipe: recipes.open(hash) }),
    locateSource: (source) => sourcePath(system.fs, evaluated, source),
    resolved: ({ hash }, dependencies) => recipes.resolved(hash, dependencies),
    substitute: ({ hash }, _signal, needed) =>
      Promise.resolve(machine.store.takeOver(hash, needed)),
    cacheDir: machine.places.cache,
    ...settings,
    observer: (event) => {
      if (event.kind === "finished") made.push(...Object.values(event.outputs));
      const { kind, derivation: { hash } } = event;
      if (kind === "finished" || (kind === "cached" && asked.has(hash))) {
        markRecent(system.fs, machine.root, hash, system.clock.now());
      }
      settings.observer(event);
    },
  });
  linkAsked(machine, manifest, realized, settings.needed);
  await protectObjects(machine, made);
  return realized;
}

/** What was asked for can be found by its name, also where it was built before that. */
function linkAsked(
  { store }: Machine,
  { derivations }: Manifest,
  realized: Realized,
  needed: OutputNames = new Map(),
): void {
  for (const { hash, name, version } of derivations) {
    const outputs = realized.get(hash) ??
      (needed.has(hash) ? store.outputsOf(hash, needed.get(hash)) : null);
    if (outputs !== null) store.linkForPeople({ name, version }, outputs);
  }
}

/** Outputs of derivations, by their names. */
export type OutputNames = ReadonlyMap<DerivationHash, readonly string[]>;

/** The outputs that activations name. */
export function outputsUsed(
  { derivations }: Pick<Manifest, "derivations">,
  activations: readonly Activation[],
): OutputNames {
  if (derivations.length === 0) return new Map();
  const named = new Set(placeholdersIn(JSON.stringify(activations.map(({ actions }) => actions))));
  return new Map(derivations.flatMap(({ hash, outputs }) => {
    const used = outputs.filter((one) => named.has(outputPlaceholder(hash, one)));
    return used.length > 0 ? [[hash, used]] : [];
  }));
}

/** All outputs of some derivations, in their order. */
export function allOutputs(
  { derivations }: Pick<Manifest, "derivations">,
  wanted: readonly DerivationHash[],
): OutputNames {
  const byHash = new Map(derivations.map((one) => [one.hash, one.outputs]));
  return new Map(wanted.map((hash) => [hash, byHash.get(hash) ?? []]));
}

/** The derivations that have to be built for some outputs to be there, each after those that it depends on. */
export function unrealized(
  { store }: Pick<Machine, "store">,
  manifest: Pick<Manifest, "derivations">,
  wanted: OutputNames,
): Derivation[] {
  const byHash = new Map(manifest.derivations.map((one) => [one.hash, one]));
  const missing = new Set<DerivationHash>();
  const needed = new Set<DerivationHash>();
  for (const [hash, names] of wanted) if (store.outputsOf(hash, names) === null) needed.add(hash);
  // The list grows while it is gone through. What is built may use any output of what it depends on.
  for (const hash of needed) {
    if (store.outputsOf(hash) !== null) continue;
    missing.add(hash);
    for (const dependency of byHash.get(hash)?.dependencies ?? []) needed.add(dependency);
  }
  return manifest.derivations.filter(({ hash }) => missing.has(hash));
}

/** Derivations by name, or by the beginning of their hash.
 * @throws SysError of kind "config" for a name that none has */
export function derivationsNamed(
  manifest: Manifest,
  names: readonly string[],
): DerivationHash[] {
  return names.flatMap((name) => {
    const found = manifest.derivations.filter((one) =>
      one.name === name || `${one.name}-${one.version}` === name ||
      (name.length >= 6 && one.hash.startsWith(name))
    );
    if (found.length > 0) return found.map(({ hash }) => hash);
    const there = [...new Set(manifest.derivations.map((one) => one.name))].sort();
    throw new SysError("config", `Cannot build ${name}: the config declares no such derivation`, {
      hint: there.length > 0 ? `it declares ${there.join(", ")}` : "it declares none",
    });
  });
}
