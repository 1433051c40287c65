/** Takes activations, gives each a place that is after all that it comes `after`. */
import { SysError } from "../errors.ts";
import type { Activation } from "../manifest/types.ts";

/**
 * The place of each activation by id, from 0. Where `after` leaves it open, services come before commands, and
 * otherwise the order of the Manifest counts.
 * @throws SysError of kind "config" when some wait for each other
 */
export function orderActivations(activations: readonly Activation[]): Map<string, number> {
  const waiting = new Map<string, number>();
  const followers = new Map<string, Activation[]>();
  const known = new Set(activations.map(({ id }) => id));
  const ready = [new Queue(), new Queue(), new Queue()];
  for (const activation of activations) {
    // What belongs to another user's block is not here to be waited for.
    const before = activation.after.filter((id) => known.has(id));
    waiting.set(activation.id, before.length);
    for (const id of before) addTo(followers, id, activation);
    if (before.length === 0) ready[rankOf(activation)].push(activation);
  }
  const places = new Map<string, number>();
  for (let next = take(ready); next !== undefined; next = take(ready)) {
    places.set(next.id, places.size);
    for (const follower of followers.get(next.id) ?? []) {
      const left = (waiting.get(follower.id) ?? 0) - 1;
      waiting.set(follower.id, left);
      if (left === 0) ready[rankOf(follower)].push(follower);
    }
  }
  if (places.size < activations.length) {
    const stuck = activations.filter(({ id }) => !places.has(id));
    throw new SysError(
      "config",
      `Cannot order the activations: ${
        stuck.map(({ name }) => name).join(", ")
      } wait for each other`,
      { place: stuck[0].place, hint: "take one of the `after` away" },
    );
  }
  return places;
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function rankOf({ actions }: Activation): number {
  if (actions.some(({ kind }) => kind === "run")) return 2;
  return actions.some(({ kind }) => kind === "service") ? 1 : 0;
}

/** The first that is ready. */
function take(queues: readonly Queue[]): Activation | undefined {
  for (const queue of queues) {
    const first = queue.take();
    if (first !== undefined) return first;
  }
  return undefined;
}

/** First in, first out. To `shift` an array moves all that follows: with the square of their number. */
class Queue {
  readonly #all: Activation[] = [];
  #next = 0;

  push(activation: Activation): void {
    this.#all.push(activation);
  }

  /** Undefined where none is left. */
  take(): Activation | undefined {
    return this.#next < this.#all.length ? this.#all[this.#next++] : undefined;
  }
}
