/** Takes the VM that evaluated a config, gives what drives its `config` functions. */
import type { Recipe, RecipeFacts, RecipeStep, Reply } from "../realize/recipe.ts";
import { SysError } from "../errors.ts";
import { type LuaData, toLua } from "../lua/to_lua.ts";
import { outputPlaceholder } from "../manifest/placeholder.ts";
import type { DerivationHash, Json } from "../manifest/types.ts";
import type { Evaluator } from "./evaluator.ts";
import type { RecipeSession } from "./types.ts";

/** One run for each derivation, as often as it is opened. */
export function recipeSession(evaluator: Evaluator): RecipeSession {
  return {
    close: () => evaluator.close(),
    resolved: async (derivation, dependencies) => {
      const objects = toLua(objectsForLua(dependencies));
      try {
        const hash = await evaluator.call("resolve", derivation, objects);
        return hash === "" ? null : hash as DerivationHash;
      } catch (thrown) {
        // What is wrong with `config` is told by the build.
        if (thrown instanceof SysError && thrown.kind === "config") return null;
        throw thrown;
      }
    },
    open: (derivation: DerivationHash): Recipe => {
      const run = evaluator.call("open", derivation);
      // Whoever opens it asks for its first step, and is told then.
      run.catch(() => {});
      const step = async (entry: string, data: LuaData): Promise<RecipeStep> => {
        try {
          return JSON.parse(await evaluator.call(entry, await run, toLua(data))) as RecipeStep;
        } catch (error) {
          if (error instanceof SysError) return { kind: "failed", error };
          throw error;
        }
      };
      return {
        start: (facts) => step("start", factsForLua(facts)),
        resume: (reply) => step("resume", replyForLua(reply)),
      };
    },
  };
}

/** What derivations have become: each as one text, and its outputs by their placeholders. */
function objectsForLua(made: Parameters<RecipeSession["resolved"]>[1]): LuaData {
  const derivations = new Map<string, string>(), places = new Map<string, string>();
  for (const [{ hash, name, version }, outputs] of made) {
    const sorted = Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1));
    derivations.set(hash, JSON.stringify([name, version, sorted]));
    for (const [output, object] of sorted) places.set(outputPlaceholder(hash, output), object);
  }
  return { derivations, places, met: new Map() };
}

function factsForLua({ outputs, env, known, cores, ...texts }: RecipeFacts): LuaData {
  return {
    ...texts,
    outputs: new Map(Object.entries(outputs)),
    env: new Map(Object.entries(env)),
    cores: BigInt(cores),
    known: new Map(known),
  };
}

function replyForLua(reply: Reply): LuaData {
  if (!reply.ok) return { ok: false, message: reply.message, hint: reply.hint ?? false };
  return { ok: true, value: numbersForLua(reply.value) };
}

/** Whole numbers become integers. */
function numbersForLua(value: Json): LuaData {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(numbersForLua);
  if (typeof value === "object" && value !== null) {
    return new Map(
      Object.entries(value).map(([key, inner]) => [key, numbersForLua(inner as Json)]),
    );
  }
  return value as LuaData;
}
