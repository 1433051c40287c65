/** Takes texts, gives the store objects that they name. */
import { type ObjectName, parseObjectName } from "../store/names.ts";

const OBJECT = /\/obj\/((?!\.)[A-Za-z0-9+._?=-]+-[0-9a-df-np-sv-z]{32})(?![A-Za-z0-9+._?=-])/g;

/** Objects whose paths are in some text, each once, sorted. */
export function objectsIn(texts: Iterable<string>): ObjectName[] {
  const found = new Set<string>();
  for (const text of texts) {
    if (!text.includes("/obj/")) continue;
    for (const [, name] of text.matchAll(OBJECT)) found.add(name);
  }
  return [...found].sort().map(parseObjectName);
}
