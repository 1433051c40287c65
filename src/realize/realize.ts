/** Takes derivations, gives their outputs as objects of the store: what is there already is used, what another
 * process builds is waited for, all else is built, as much of it at a time as dependencies allow. */
import { dirname, join } from "node:path/posix";
import { SysError } from "../errors.ts";
import type { Derivation, DerivationHash, Source } from "../manifest/types.ts";
import { lockDerivation } from "../store/lock.ts";
import type { ObjectName } from "../store/names.ts";
import type { Store } from "../store/types.ts";
import { chosen, type Outputs } from "../store/outputs.ts";
import { build } from "./build.ts";
import { checkAgain } from "./check.ts";
import { failuresOf } from "./failures.ts";
import { Jobserver } from "./jobserver.ts";
import { Limit } from "./limit.ts";
import type { RealizeContext } from "./realize_context.ts";
import type { Clock } from "../system/mod.ts";
import { orAbort } from "../system/abortable_lock.ts";
import type { BuildObserver } from "./observer.ts";
import type { BuilderOf } from "./builder.ts";
import { findSandbox, type SandboxMode } from "./sandbox/sandbox.ts";
import type { Sandbox } from "./sandbox/types.ts";
import type { BuildSystem } from "./build_context.ts";

/** Downloads at a time. */
const DOWNLOADS = 16;

export interface RealizeRequest {
  /** A manifest's, each after those that it depends on. */
  readonly derivations: readonly Derivation[];
  /** Those that are asked for. What they depend on is built only where it is needed. */
  readonly wanted: readonly DerivationHash[];
  /** Which outputs of those are; all where it does not say. */
  readonly needed?: ReadonlyMap<DerivationHash, readonly string[]>;
  readonly builderOf: BuilderOf;
  /** A manifest's. */
  readonly sources: readonly Source[];
  /** Absolute path of a source on this machine. */
  locateSource(source: Source): string;
  /** Builds at a time; one that downloads does not count. */
  readonly jobs: number;
  readonly sandbox: SandboxMode;
  /** Downloads are kept in `downloads/` below it. */
  readonly cacheDir: string;
  readonly observer: BuildObserver;
  readonly signal: AbortSignal;
  /** Where else outputs may be had, such as a binary cache; null where it has none. Asked before anything that the
   * derivation depends on is looked at. */
  readonly substitute?: (
    derivation: Derivation,
    signal: AbortSignal,
    needed?: readonly string[],
  ) => Promise<Outputs | null>;
  /** The hash of a derivation by what those that it uses have become; null where it has none. */
  readonly resolved?: (
    derivation: Derivation,
    dependencies: ReadonlyMap<Derivation, Outputs>,
  ) => Promise<DerivationHash | null>;
  /** Build the wanted ones again, and compare. */
  readonly check?: boolean;
  /** Keep the scratch of builds that fail. */
  readonly keepFailed?: boolean;
  /** After a failure go on with what does not need it. */
  readonly keepGoing?: boolean;
}

/**
 * Realizes derivations. The first failure ends all that still runs, and is thrown; or, with `keepGoing`, all failures
 * are thrown as one when nothing more can be built.
 * @throws SysError of kind "build" or "fetch"
 */
export async function realize(
  system: BuildSystem,
  store: Store,
  request: RealizeRequest,
): Promise<ReadonlyMap<DerivationHash, Readonly<Record<string, ObjectName>>>> {
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const run = new Realization(system, store, request, signal);
  const unique = [...new Set(request.wanted)];
  let first: { thrown: unknown } | null = null;
  const results = await Promise.allSettled(unique.map(async (hash) => {
    try {
      return [hash, await run.wanted(hash)] as const;
    } catch (thrown) {
      if (request.keepGoing) throw thrown;
      first ??= { thrown };
      failed.abort(thrown);
      throw thrown;
    }
  }));
  const outcome = await run.settled();
  if (request.signal.aborted) throw interruption(results, request.signal);
  if (request.keepGoing) first = wrapped(failuresOf(request.derivations, outcome));
  if (first !== null) throw (first as { thrown: unknown }).thrown;
  return new Map(results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []));
}

function wrapped(thrown: unknown): { thrown: unknown } | null {
  return thrown === null ? null : { thrown };
}

/** Waits until a date would be another one. */
function nextSecond(clock: Clock, signal: AbortSignal): Promise<void> {
  return clock.sleep(1010 - clock.now().getMilliseconds(), signal);
}

/** The reason of the signal; of several errors the one that says which line of Lua was interrupted. */
function interruption(
  results: readonly PromiseSettledResult<unknown>[],
  { reason }: AbortSignal,
): unknown {
  const errors = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  return errors.find((error) =>
    error instanceof SysError && error.kind === "interrupted" && error.place !== undefined
  ) ?? reason;
}

/** One run of `realize`. */
class Realization {
  readonly #request: RealizeRequest;
  readonly #shared: RealizeContext;
  readonly #derivations: ReadonlyMap<DerivationHash, Derivation>;
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #imported = new Map<string, ObjectName>();
  readonly #outputs = new Map<DerivationHash, Promise<Outputs>>();
  /** Builds that are under way, also those that download: each keeps a few files open, so not all of a large graph
   * at once. */
  readonly #active: Limit;

  constructor(system: BuildSystem, store: Store, request: RealizeRequest, signal: AbortSignal) {
    this.#request = request;
    this.#derivations = new Map(request.derivations.map((d) => [d.hash, d]));
    this.#sources = new Map(request.sources.map((source) => [source.id, source]));
    this.#active = new Limit(request.jobs + DOWNLOADS);
    let sandbox: Promise<Sandbox> | undefined;
    this.#shared = {
      system,
      store,
      builderOf: request.builderOf,
      observer: request.observer,
      cacheDir: request.cacheDir,
      signal,
      sandbox: () => sandbox ??= findSandbox(system, request.sandbox),
      works: new Limit(Math.max(1, request.jobs)),
      downloads: new Limit(DOWNLOADS),
      keepFailed: request.keepFailed === true,
      settled: { path: join(store.dir, "tmp") },
      jobserver: new Jobserver(system, join(store.dir, "tmp")),
    };
  }

  /** What is asked for of a derivation that is asked for. */
  async wanted(hash: DerivationHash): Promise<Outputs> {
    const { check = false, needed, observer, substitute } = this.#request;
    const { store, signal } = this.#shared;
    const names = needed?.get(hash), derivation = this.#derivations.get(hash);
    if (names === undefined || derivation === undefined) return await this.outputsOf(hash, check);
    const there = check
      ? null
      : store.outputsOf(hash, names) ?? await substitute?.(derivation, signal, names) ?? null;
    if (there !== null) {
      observer({ kind: "cached", derivation });
      return there;
    }
    const all = await this.outputsOf(hash, check);
    return chosen(all, names) ?? all;
  }

  outputsOf(hash: DerivationHash, check = false): Promise<Outputs> {
    let outputs = this.#outputs.get(hash);
    if (outputs === undefined) {
      const derivation = this.#derivations.get(hash);
      if (derivation === undefined) {
        throw new SysError(
          "build",
          `Cannot build ${hash}: the configuration has no such derivation`,
        );
      }
      outputs = this.#realize(derivation, check);
      this.#outputs.set(hash, outputs);
    }
    return outputs;
  }

  /** Waits until nothing runs any more. Gives what each that was asked for has thrown; undefined when nothing. */
  async settled(): Promise<ReadonlyMap<DerivationHash, unknown>> {
    for (let seen = -1; seen !== this.#outputs.size;) {
      seen = this.#outputs.size;
      await Promise.allSettled(this.#outputs.values());
    }
    const outcome = new Map<DerivationHash, unknown>();
    for (const [hash, outputs] of this.#outputs) {
      outcome.set(hash, await outputs.then(() => undefined, (thrown) => thrown));
    }
    return outcome;
  }

  async #realize(derivation: Derivation, check: boolean): Promise<Outputs> {
    const { store, observer, signal } = this.#shared;
    const there = store.outputsOf(derivation.hash) ??
      await this.#request.substitute?.(derivation, signal) ?? null;
    if (there !== null && !check) {
      observer({ kind: "cached", derivation });
      return there;
    }
    const needed = derivation.dependencies.map((hash) => this.outputsOf(hash));
    const made = await Promise.all(needed);
    const dependencies = new Map(
      derivation.dependencies.map((hash, n) => [this.#derivations.get(hash)!, made[n]]),
    );
    return await this.#active.run(signal, () => this.#build(derivation, dependencies, check));
  }

  async #build(
    derivation: Derivation,
    dependencies: ReadonlyMap<Derivation, Outputs>,
    check: boolean,
  ): Promise<Outputs> {
    const { system, store, observer, signal } = this.#shared;
    const lock = await this.#lock(derivation);
    try {
      // Another process may have built it while this one waited.
      const there = store.outputsNow(derivation.hash);
      if (there !== null && !check) {
        observer({ kind: "cached", derivation });
        return there;
      }
      const resolved = check ? null : await this.#resolved(derivation, dependencies);
      const same = resolved === null ? null : store.outputsOf(resolved);
      if (same !== null) {
        store.recordOutputs(derivation.hash, same, derivation);
        observer({ kind: "cached", derivation });
        return same;
      }
      observer({ kind: "started", derivation });
      const inputs = { dependencies, sources: this.#import(derivation) };
      const outputs = there ?? await build(this.#shared, derivation, inputs);
      // Only now it is known whether the build has looked at more.
      if (resolved !== null && await this.#resolved(derivation, dependencies) === resolved) {
        store.recordOutputs(resolved, outputs, null);
      }
      if (check) {
        if (there === null) await nextSecond(system.clock, signal);
        const again = await build(this.#shared, derivation, { ...inputs, again: true });
        checkAgain(system.fs, store, derivation, outputs, again);
      }
      observer({ kind: "finished", derivation, outputs });
      return outputs;
    } catch (error) {
      if (!signal.aborted) observer({ kind: "failed", derivation, error });
      throw error;
    } finally {
      lock.release();
    }
  }

  /** Early cutoff: what was built from the same objects is used, however those were made. */
  async #resolved(
    derivation: Derivation,
    dependencies: ReadonlyMap<Derivation, Outputs>,
  ): Promise<DerivationHash | null> {
    if (dependencies.size === 0 || derivation.fixed !== null) return null;
    return await this.#request.resolved?.(derivation, dependencies) ?? null;
  }

  /** The lock that keeps two processes from building the same. Waiting for it ends with the signal. */
  #lock(derivation: Derivation): Promise<{ release(): void }> {
    const { system, store, observer, signal } = this.#shared;
    const onWait = () => observer({ kind: "waiting", derivation });
    const root = dirname(store.dir);
    store.prepare();
    return orAbort(() => lockDerivation(system, root, derivation.hash, { onWait }), signal);
  }

  /** The store's copies of what a derivation uses of the user's files. */
  #import(derivation: Derivation): Map<Source, ObjectName> {
    const { store } = this.#shared;
    return new Map(derivation.sources.map((id) => {
      const source = this.#sources.get(id);
      if (source === undefined) {
        throw new SysError(
          "build",
          `Cannot build ${derivation.name}: its source ${id} is not known`,
        );
      }
      let object = this.#imported.get(id);
      if (object === undefined) {
        object = store.addTree(source.name, this.#request.locateSource(source), { expected: id });
        this.#imported.set(id, object);
      }
      return [source, object];
    }));
  }
}
