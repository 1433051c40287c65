/** A world for builds: a temporary store, recipes as generators, and what a build told. */
import { sha256Hex } from "../../src/digest.ts";
import { SysError } from "../../src/errors.ts";
import type { BuildEvent } from "../../src/realize/observer.ts";
import type { Operation } from "../../src/realize/operation.ts";
import { OPERATIONS } from "../../src/realize/ops.generated.ts";
import { realize, type RealizeRequest } from "../../src/realize/realize.ts";
import type { Builder, BuildProcess } from "../../src/realize/builder.ts";
import type { Recipe, RecipeFacts, RecipeStep, Reply } from "../../src/realize/recipe.ts";
import type { Derivation, DerivationHash, Json, Source } from "../../src/manifest/types.ts";
import { openStore } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import type { System } from "../../src/system/mod.ts";
import { realSystem } from "../../src/system/real.ts";

/** An operation and its arguments. */
export type Call = readonly [op: string, ...args: Json[]];
/** A `config`: yields operations, is given their results, and sees their failures as errors. */
// deno-lint-ignore no-explicit-any
export type Config = (facts: RecipeFacts) => Generator<Call, void, any>;

/** A failed operation, as a recipe sees it. */
export class Refused extends Error {
  constructor(message: string, readonly hint?: string) {
    super(message);
  }
}

/** A temporary folder that is gone afterwards, whatever the modes in it. */
export class TempDir implements Disposable {
  readonly path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "sys-build-" }));
  [Symbol.dispose]() {
    open(this.path);
    Deno.removeSync(this.path, { recursive: true });
  }
}

function open(path: string) {
  const info = Deno.lstatSync(path);
  if (!info.isDirectory) return;
  Deno.chmodSync(path, 0o700);
  for (const entry of Deno.readDirSync(path)) open(`${path}/${entry.name}`);
}

export class World extends TempDir {
  readonly store: Store;
  readonly events: BuildEvent[] = [];
  readonly derivations: Derivation[] = [];
  readonly sources = new Map<Source, string>();
  readonly #configs = new Map<DerivationHash, Config | BuildProcess>();

  constructor(readonly system: System = realSystem()) {
    super();
    this.store = openStore(this.system, `${this.path}/root`);
  }

  /** Declares a derivation. */
  derive(name: string, config: Config | BuildProcess, more: Partial<Derivation> = {}): Derivation {
    const derivation: Derivation = {
      hash: sha256Hex(name) as DerivationHash,
      name,
      version: null,
      outputs: ["out"],
      fixed: null,
      opts: {},
      dependencies: [],
      sources: [],
      meta: {},
      place: { file: "init.lua", line: 7 },
      ...more,
    };
    this.derivations.push(derivation);
    this.#configs.set(derivation.hash, config);
    return derivation;
  }

  /** A system that differs from the real one in parts. */
  realize(
    wanted: readonly Derivation[],
    more: Partial<RealizeRequest> = {},
    system: System = this.system,
    store: Store = this.store,
  ) {
    return realize(system, store, {
      derivations: this.derivations,
      wanted: wanted.map(({ hash }) => hash),
      builderOf: (derivation) => this.builderOf(derivation),
      sources: [...this.sources.keys()],
      locateSource: (source) => this.sources.get(source)!,
      jobs: 2,
      sandbox: "off",
      cacheDir: `${this.path}/cache`,
      observer: (event) => void this.events.push(event),
      signal: new AbortController().signal,
      ...more,
    });
  }

  /** Builds one, and gives the path of its output. */
  async build(
    config: Config | BuildProcess,
    more: Partial<RealizeRequest> = {},
    derivation: Partial<Derivation> = {},
  ) {
    const declared = this.derive(`thing${this.derivations.length}`, config, derivation);
    const made = await this.realize([declared], more);
    return this.store.pathOf(made.get(declared.hash)!.out);
  }

  builderOf({ hash }: Derivation): Builder {
    const config = this.#configs.get(hash)!;
    if (typeof config !== "function") return { kind: "process", process: config };
    let run: ReturnType<Config>;
    let environment: Readonly<Record<string, string>> = {};
    const step = async (advance: () => IteratorResult<Call, void>): Promise<RecipeStep> => {
      await Promise.resolve();
      try {
        const next = advance();
        if (next.done) return { kind: "done" };
        const [op, ...args] = next.value;
        return { kind: "call", op, args: named(op, args, environment) };
      } catch (thrown) {
        if (!(thrown instanceof Refused)) throw thrown;
        const place = { file: "init.lua", line: 9 };
        return { kind: "failed", error: new SysError("build", thrown.message, { place }) };
      }
    };
    const recipe: Recipe = {
      start: (facts) => {
        environment = facts.env;
        run = config(facts);
        return step(() => run.next());
      },
      resume: (reply: Reply) =>
        step(() =>
          reply.ok ? run.next(reply.value) : run.throw(new Refused(reply.message, reply.hint))
        ),
    };
    return { kind: "recipe", recipe };
  }

  /** Names left in the store's scratch folder. */
  leftovers(): string[] {
    return [...Deno.readDirSync(`${this.store.dir}/tmp`)].map(({ name }) => name);
  }
}

/** Arguments by name, as the Lua side hands them over: after them the options, then `ctx.env`. */
function named(
  op: string,
  args: readonly Json[],
  fixed: Readonly<Record<string, string>>,
): Record<string, Json> {
  const operation = (OPERATIONS as Record<string, Operation>)[op];
  if (operation === undefined) return {};
  const names = Object.keys(operation.args);
  const positional = Object.fromEntries(names.map((name, n) => [name, args[n] ?? null]));
  const options = Object.entries(operation.options)
    .map(([name, { default: given }]) => [name, given ?? null]);
  const [given, changed = {}] = args.slice(names.length);
  const environment = { ...fixed, ...changed as object };
  return { ...Object.fromEntries(options), environment, ...positional, ...given as object };
}

/** What an action throws. */
export async function failureOf(action: () => unknown): Promise<SysError> {
  try {
    await action();
  } catch (thrown) {
    if (thrown instanceof SysError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

export function text(path: string): string {
  return Deno.readTextFileSync(path);
}
