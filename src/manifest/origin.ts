/** Takes an origin, gives how a conflict shows it. */
import { shown } from "./conflict.ts";
import type { Origin } from "./values.ts";

export function shownOrigin(origin: Origin): string {
  return "text" in origin ? shown(origin.text) : origin.path;
}
