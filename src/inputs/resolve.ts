/** Takes the `inputs` that a config declares and its lock, gives a folder for each at the locked revision.
 *
 * | situation | what happens |
 * | --- | --- |
 * | locked, in the cache | used from there |
 * | locked | that revision is fetched; another content is an error |
 * | not locked | resolved to the latest, added to the lock |
 * | locked as something else | error: `sys update <name>` |
 * | frozen | an error instead of any change of the lock |
 * | offline | an error for each that is not in the cache |
 */
import { join } from "node:path/posix";
import type { System } from "../system/mod.ts";
import { cachedInput, hashFolder, keepInput, scratchFolder } from "./cache.ts";
import { inCache } from "../fetch/in_cache.ts";
import { compareLocks, type InputChange } from "./changes.ts";
import { fetcherFor } from "./fetcher.ts";
import { type Lock, type LockedInput, readLock, writeLock } from "./lock.ts";
import { localFolder } from "./path.ts";
import { all } from "./all.ts";
import { checkSame, checkUpdate, frozen, listed, mismatch, placed, refused } from "./refusals.ts";
import type { InputOptions } from "./resolve_options.ts";
import { type Input, type InputSource, parseInput, refOf } from "./spec.ts";
import type { InputSpec, ResolvedInput } from "./types.ts";
import { removeTree } from "../store/remove.ts";

/** What resolving gives. */
export interface Resolution {
  /** By name, an input of an input as `<input>/<name>`; sorted. */
  readonly inputs: ReadonlyMap<string, ResolvedInput>;
  readonly lock: Lock;
  /** What differs from the lock as it was. */
  readonly changes: readonly InputChange[];
}

/**
 * Resolves everything that is declared, and writes the lock when it changed and may be written.
 * @throws SysError of kind "input"; where several inputs fail, one error that lists them
 */
export async function lockInputs(
  system: System,
  options: InputOptions,
  declared: Readonly<Record<string, InputSpec>>,
): Promise<Resolution> {
  const before = readLock(system, options.lockPath);
  checkUpdate(options.update, declared);
  const resolver = new Resolver(system, options, before);
  await resolver.level(declared, { key: "", from: options.dir, trusted: true, above: [] });
  const lock = resolver.lock;
  const changes = compareLocks(before, lock);
  if (changes.length > 0 && options.frozen) throw frozen(changes.map((change) => change.name));
  if (changes.length > 0 && options.write) writeLock(system, options.lockPath, lock);
  const sorted = [...resolver.inputs].sort(([a], [b]) => (a < b ? -1 : 1));
  return { inputs: new Map(sorted), lock, changes };
}

/** Where in the tree of inputs a table stands. */
interface Level {
  /** Key of the input that declares it; empty for the config. */
  readonly key: string;
  /** Its folder. */
  readonly from: string;
  /** Written by the owner of this machine: may name any of its folders. */
  readonly trusted: boolean;
  /** Urls with refs of the inputs on the way here. */
  readonly above: readonly string[];
}

type FetchedSource = Exclude<InputSource, { type: "path" }>;

class Resolver {
  readonly inputs = new Map<string, ResolvedInput>();
  readonly lock: Record<string, LockedInput> = {};
  readonly #system: System;
  readonly #options: InputOptions;
  readonly #before: Lock;

  constructor(system: System, options: InputOptions, before: Lock) {
    this.#system = system;
    this.#options = options;
    this.#before = before;
  }

  /** Resolves one table, then the tables of what it names. */
  async level(
    declared: Readonly<Record<string, InputSpec>>,
    level: Level,
    given: ReadonlyMap<string, ResolvedInput> = new Map(),
  ): Promise<void> {
    for (const [name, input] of given) {
      const key = keyOf(level, name);
      this.inputs.set(key, { ...input, name: key });
    }
    const parsed = Object.keys(declared).sort().filter((name) => !given.has(name))
      .map((name) => parseInput(name, declared[name]));
    await all(parsed, async (input) => {
      this.inputs.set(keyOf(level, input.name), await this.#one(input, level));
    });
    await all(parsed, (input) => this.#below(input, level));
  }

  /** The inputs of an input. */
  async #below(input: Input, level: Level): Promise<void> {
    const key = keyOf(level, input.name);
    const { path } = this.inputs.get(key)!;
    const declared = await this.#declaredIn(path);
    const given = new Map<string, ResolvedInput>();
    for (const [inner, outer] of Object.entries(input.follows)) {
      const target = this.inputs.get(keyOf(level, outer));
      if (!(inner in declared)) {
        throw refused(input, `"${input.name}" has no input "${inner}"`, listed(declared));
      }
      if (target === undefined) {
        throw refused(input, `\`follows\` names "${outer}", which is no input here`);
      }
      given.set(inner, target);
    }
    if (Object.keys(declared).length === 0) return;
    const self = `${input.source.url}#${refOf(input.source) ?? ""}`;
    if (level.above.includes(self)) {
      throw refused(input, `it is an input of itself: ${[...level.above, self].join(" → ")}`);
    }
    const trusted = level.trusted && isLocal(input.source);
    await this.level(declared, { key, from: path, trusted, above: [...level.above, self] }, given);
  }

  async #declaredIn(folder: string): Promise<Readonly<Record<string, InputSpec>>> {
    const { fs } = this.#system;
    const entry = join(folder, "init.lua");
    if (this.#options.declaredBy === undefined || fs.lstat(entry)?.kind !== "file") return {};
    // Most inputs have none: a look at the text is cheaper than running it.
    if (!new TextDecoder().decode(fs.readFile(entry)).includes("inputs")) return {};
    return await this.#options.declaredBy(folder);
  }

  async #one(input: Input, level: Level): Promise<ResolvedInput> {
    const { source } = input;
    const { fs, host } = this.#system;
    const key = keyOf(level, input.name);
    try {
      if (!level.trusted && source.type !== "path" && isLocal(source)) {
        throw refused(input, "a fetched input may not name repositories of this machine");
      }
      if (source.type === "path") {
        const within = level.trusted ? null : level.from;
        const folder = localFolder({ fs, host }, source.path, level.from, within);
        const path = this.#part(folder.path, input);
        return { name: key, type: "path", path, rev: null, hash: folder.hash, lastModified: null };
      }
      const { folder, locked } = await inCache(
        this.#options.cacheDir,
        () => this.#locked(key, input, source),
      );
      this.lock[key] = locked;
      const { type, rev, hash, lastModified } = locked;
      return { name: key, type, path: this.#part(folder, input), rev, hash, lastModified };
    } catch (error) {
      throw placed(error, input);
    }
  }

  async #locked(
    key: string,
    input: Input,
    source: FetchedSource,
  ): Promise<{ folder: string; locked: LockedInput }> {
    const { fs } = this.#system;
    const { cacheDir } = this.#options;
    const before = this.#before[key];
    const ref = refOf(source);
    if (before !== undefined && !this.#updates(key)) {
      checkSame(key, before, source);
      const cached = cachedInput(fs, cacheDir, before.hash, this.#options.frozen === true);
      if (cached !== null) return { folder: cached, locked: before };
      this.#online(input);
      const { folder } = await this.#fetch(key, input, source, before.rev, before);
      return { folder, locked: before };
    }
    if (this.#options.frozen) throw frozen([key]);
    this.#online(input);
    const fetcher = await fetcherFor({ ...input, source }, this.#fetching());
    const rev = await fetcher.resolve(ref);
    if (rev !== null && before?.rev === rev && before.url === source.url) {
      const cached = cachedInput(fs, cacheDir, before.hash, false);
      if (cached !== null) return { folder: cached, locked: { ...before, ref } };
    }
    const { folder, hash, lastModified } = await this.#fetch(key, input, source, rev, null);
    const { type, url } = source;
    return { folder, locked: { type, url, ref, rev, hash, lastModified } };
  }

  /** Fetches a revision into the cache. @throws when it is not what the lock says */
  async #fetch(
    key: string,
    input: Input,
    source: FetchedSource,
    rev: string | null,
    expected: LockedInput | null,
  ): Promise<Pick<LockedInput, "hash" | "lastModified"> & { folder: string }> {
    const { fs } = this.#system;
    const { cacheDir, onFetch, onFetched } = this.#options;
    onFetch?.(key, source.url);
    const scratch = scratchFolder(this.#system, cacheDir);
    try {
      const fetcher = await fetcherFor({ ...input, source }, this.#fetching());
      const lastModified = await fetcher.export(rev, scratch);
      const hash = hashFolder(fs, scratch);
      if (expected !== null && hash !== expected.hash) throw mismatch(key, expected, hash);
      return { folder: keepInput(fs, cacheDir, scratch, hash), hash, lastModified };
    } finally {
      removeTree(fs, scratch);
      onFetched?.(key);
    }
  }

  #fetching() {
    const { cacheDir, signal } = this.#options;
    return { system: this.#system, cacheDir, signal };
  }

  #online(input: Input) {
    if (!this.#options.offline) return;
    throw refused(input, `${input.source.url} is not in the cache, and the network is off`);
  }

  #updates(key: string): boolean {
    const { update } = this.#options;
    return update === "all" ||
      (update?.some((name) => key === name || key.startsWith(`${name}/`)) ?? false);
  }

  /** The folder that `dir` chooses. */
  #part(folder: string, input: Input): string {
    if (input.dir === null) return folder;
    const { fs } = this.#system;
    const path = join(folder, input.dir);
    if (
      fs.lstat(path)?.kind !== "dir" || fs.realPath(path) !== join(fs.realPath(folder), input.dir)
    ) {
      throw refused(input, `it has no folder "${input.dir}"`);
    }
    return path;
  }
}

function keyOf(level: Level, name: string): string {
  return level.key === "" ? name : `${level.key}/${name}`;
}

function isLocal(source: InputSource): boolean {
  return source.type === "path" || /^[a-z]+:file:/.test(source.url);
}
