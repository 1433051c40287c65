/** A store of many small objects, written by hand: adding them one by one would take longer than what is measured. */
import { sha256, shortHash } from "../../../src/digest.ts";
import { type ObjectName, objectName } from "../../../src/store/names.ts";
import { openStore } from "../../../src/store/store.ts";
import { realSystem } from "../../../src/system/real.ts";

const system = realSystem();

/** Fills a new store; half of the objects refer to another one. @returns every second one */
export function plantObjects(root: string, count: number): ObjectName[] {
  const store = openStore(system, root);
  store.prepare();
  Deno.chmodSync(`${store.dir}/obj`, 0o755);
  const live: ObjectName[] = [];
  let files = "";
  for (let n = 0; n < count; n++) {
    const text = String(n);
    const name = objectName("object", text, shortHash(sha256(text)));
    Deno.writeTextFileSync(`${store.dir}/obj/${name}`, text);
    const references = n % 4 < 2 ? [] : live.slice(-1);
    if (references.length === 0) files += `file 292 ${text.length} ${n + 1} ${name}\n`;
    else {
      const identity = { version: 2, kind: "free", references, self: 0, places: 0 };
      const entries = [["", "file", 0o444, text.length, n + 1]];
      const record = `${JSON.stringify(identity)}\n${JSON.stringify(entries)}\n`;
      Deno.writeTextFileSync(`${store.dir}/refs/${name}`, record);
    }
    if (n % 2 === 0) live.push(name);
  }
  Deno.writeTextFileSync(`${store.dir}/refs/.files`, files);
  return live;
}
