/** Takes a recipe, runs it: one operation after the other, until it is done or fails. */
import { SysError } from "../errors.ts";
import { filledIn } from "./filled_in.ts";
import type { Recipe, Reply, Turn } from "./recipe.ts";
import type { World } from "./world.ts";

/** @throws SysError of kind "build" or "fetch" with the recipe's own place */
export async function runRecipe(
  world: World,
  recipe: Recipe,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const { signal, places: { outputs, tmp } } = world;
  let turn: Turn = await recipe.start({ outputs, tmp, known });
  // The error that the recipe was told last, which says more than the one that Lua makes of it.
  let told: SysError | null = null;
  // What recipes can do is loaded when one asks for it: most commands build nothing.
  const { runOperation } = await import("./ops.ts");
  while (turn.kind === "call") {
    signal.throwIfAborted();
    let reply: Reply;
    try {
      const args = filledIn(turn.args, known) as typeof turn.args;
      reply = { ok: true, value: await runOperation(world, turn.op, args) };
      told = null;
    } catch (thrown) {
      signal.throwIfAborted();
      // Anything else is no fault of the recipe's.
      if (!(thrown instanceof SysError)) throw thrown;
      told = thrown;
      reply = { ok: false, message: thrown.message, hint: thrown.hint };
    }
    turn = await recipe.resume(reply);
  }
  if (turn.kind === "done") return;
  const { error } = turn;
  if (told === null || !error.message.includes(told.message)) throw error;
  throw new SysError(told.kind === "fetch" ? "fetch" : "build", error.message, {
    place: error.place,
    hint: told.hint ?? error.hint,
    notes: [...told.notes, ...error.notes.filter((note) => !told.notes.includes(note))],
    cause: told,
  });
}
