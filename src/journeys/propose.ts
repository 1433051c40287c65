/** Takes an evaluated config, gives the Plan for this machine: what is wanted against what is there. Writes nothing. */
import { closedFolders } from "../activation/closed.ts";
import { observe } from "../activation/observe.ts";
import { asTheirUsers, pathsOfOriginals } from "../activation/their_files.ts";
import { observeSettings } from "../activation/observe_settings.ts";
import type { Bound, Scope } from "../activation/scope.ts";
import { respelled, spellingOf } from "../activation/spelling.ts";
import type { Machine } from "../machine/open.ts";
import { scopesOf } from "../machine/scopes.ts";
import {
  DIR_PLACEHOLDER,
  inputPlaceholder,
  outputPlaceholder,
  sourcePlaceholder,
} from "../manifest/placeholder.ts";
import type { Activation } from "../manifest/types.ts";
import { type Proposal, proposal } from "../plan/proposal.ts";
import type { Current, Observation, Wanted } from "../plan/types.ts";
import { together } from "../plan/wanted.ts";
import { readCurrent } from "../snapshot/history.ts";
import type { Snapshot } from "../snapshot/types.ts";
import { redirected } from "../system/redirected.ts";
import { withoutObjects } from "../store/without.ts";
import { outputsUsed, unrealized } from "./build.ts";
import { editedFiles } from "./edits.ts";
import type { LocatedManifest } from "./evaluate.ts";
import { isInside, refuseOwnPlaces } from "./own_places.ts";
import { sourceObjects, unstoredSources } from "./sources.ts";

export { type Decision, type Proposal, UNDECIDED } from "../plan/proposal.ts";

/** A plan for a config. */
export interface ConfigProposal extends Proposal {
  readonly current: Snapshot | null;
  readonly bounds: readonly Bound[];
  /** Those of the manifest that are applied here. */
  readonly activations: readonly Activation[];
}

/** Plans for what a config declares. */
export async function propose(machine: Machine, located: LocatedManifest): Promise<ConfigProposal> {
  machine.onPhase("plan");
  const { manifest } = located;
  const scopes = scopesOf(machine, manifest);
  const current = readCurrent(machine.system.fs, machine.root);
  const whole = withoutEdited(machine, current);
  const looking = withSources(whole, located);
  const bounds = await bindAll(looking, located, scopes);
  const activations = manifest.activations.filter((one) => appliesTo(one, scopes));
  const realize = unrealized(whole, manifest, outputsUsed(manifest, activations))
    .map(({ hash, name, version }) => ({ hash, name, version }));
  const spelling = spellingOf(machine.system.fs, current);
  const wanted = respelled(spelling, together(bounds.map((bound) => bound.wanted)));
  const texts = new Map(bounds.flatMap((bound) => [...bound.texts]));
  refuseOwnPlaces(machine, wanted.paths);
  const seen = await lookAt(looking, wanted, current, texts);
  const world = { ...seen, sourceLinks: linksToSources(machine, located, seen.folders) };
  const options = { root: machine.root, replace: "none", realize } as const;
  return { ...proposal(wanted, current, world, options), current, bounds, activations };
}

/** Links that lead into the config's folder or an input, as other programs for dotfiles make them. */
function linksToSources(
  { system: { fs } }: Machine,
  { dir, inputs }: LocatedManifest,
  links: ReadonlySet<string>,
): ReadonlySet<string> {
  if (links.size === 0) return links;
  const sources = [dir, ...[...inputs.values()].map(({ path }) => path)]
    .filter((path) => fs.lstat(path) !== null).map((path) => fs.realPath(path));
  return new Set([...links].filter((link) => {
    const real = fs.realPath(link);
    return sources.some((source) => isInside(real, source));
  }));
}

/** The same machine, on which what was edited in the store is not there: it is made again. */
export function withoutEdited(machine: Machine, current: Current | null): Machine {
  const edited = new Set(editedFiles(machine, current).map(({ object }) => object));
  return { ...machine, store: withoutObjects(machine.store, edited) };
}

/** What each scope wants, as far as it is built. */
export async function bindAll(
  machine: Machine,
  located: LocatedManifest,
  scopes: readonly Scope[] = scopesOf(machine, located.manifest),
): Promise<Bound[]> {
  // Loaded here: what has no config binds nothing.
  const { bind } = await import("../activation/bind.ts");
  const { system, store, adapters: { services, links } } = machine;
  const known = knownPaths(machine, located);
  return scopes.map((scope) =>
    bind(located.manifest.activations, scope, { system, store, services, links, known })
  );
}

/** The same machine, on which sources can be seen where they will be stored. */
export function withSources(machine: Machine, located: LocatedManifest): Machine {
  const fs = redirected(machine.system.fs, unstoredSources(machine, located));
  return { ...machine, system: { ...machine.system, fs } };
}

/** What the machine is like where a plan may touch it. */
export async function lookAt(
  { system, adapters, store, root }: Machine,
  wanted: Wanted,
  current: Current | null,
  texts: ReadonlyMap<string, string> = new Map(),
): Promise<Observation> {
  const asked = await observeSettings(adapters, wanted, current);
  const edited = editedFiles({ store }, current).map(({ path }) => path);
  const paths = [
    ...wanted.paths,
    ...current?.wanted.paths ?? [],
    ...pathsOfOriginals(current?.originals ?? {}),
  ];
  const fs = await asTheirUsers(system.fs, root, paths);
  const closed = closedFolders(fs, system.host, wanted.paths);
  return { ...observe(fs, wanted, current, texts, { ...asked, edited }), closed };
}

/** Placeholder → path, for all that is known before anything is built. */
function knownPaths(
  machine: Machine,
  declared: LocatedManifest,
): Map<string, string> {
  const { store } = machine;
  const { manifest, inputs, dir } = declared;
  const known = new Map([[DIR_PLACEHOLDER, dir]]);
  for (const { name, path } of inputs.values()) known.set(inputPlaceholder(name), path);
  for (const [id, { object }] of sourceObjects(machine, declared)) {
    known.set(sourcePlaceholder(id), store.pathOf(object));
  }
  for (const [hash, names] of outputsUsed(manifest, manifest.activations)) {
    for (const [output, object] of Object.entries(store.outputsOf(hash, names) ?? {})) {
      known.set(outputPlaceholder(hash, output), store.pathOf(object));
    }
  }
  return known;
}

function appliesTo({ user, project }: Activation, scopes: readonly Scope[]): boolean {
  return project === null &&
    scopes.some((scope) => user === null ? scope.topLevel : user === scope.user);
}
