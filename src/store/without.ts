/** Takes a store, gives the same one as it would be if some of its objects were not there. */
import type { ObjectName } from "./names.ts";
import type { Store } from "./types.ts";

/** Hides objects: what is asked about is answered as if they were gone. Nothing may be added through it. */
export function withoutObjects(store: Store, gone: ReadonlySet<ObjectName>): Store {
  if (gone.size === 0) return store;
  const hidden: Pick<Store, "has" | "missing" | "outputsOf"> = {
    has: (object) => !gone.has(object) && store.has(object),
    missing: (objects) => {
      const all = [...objects];
      return store.missing(all).union(new Set(all.filter((object) => gone.has(object))));
    },
    outputsOf: (derivation, named) => {
      const outputs = store.outputsOf(derivation, named);
      if (outputs === null) return null;
      const needed = store.closure(Object.values(outputs));
      return [...needed].some((object) => gone.has(object)) ? null : outputs;
    },
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "has" || name === "missing" || name === "outputsOf") return hidden[name];
      const found = Reflect.get(target, name, target);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
}
