/** The metadata of a file whose format has no maps in maps: `age__list_0__map_enc` is `enc` of the first of `age`. */
import { badFile } from "./bad_file.ts";
import {
  type Branch,
  branch,
  elementsOf,
  entriesOf,
  type Entry,
  entry,
  list,
  type Node,
} from "./tree.ts";

const SEPARATOR = /(__map_|__list_)/;

/** All values of a map with the way to each as its key. */
export function flattened(map: Branch, prefix = ""): Entry[] {
  return entriesOf(map).flatMap(({ key, value }) => flattenedNode(value, prefix + key));
}

function flattenedNode(node: Node, key: string): Entry[] {
  if (node.kind === "branch") return flattened(node, `${key}__map_`);
  if (node.kind !== "list") return [entry(key, node)];
  return elementsOf(node).flatMap((item, n) => flattenedNode(item, `${key}__list_${n}`));
}

interface Place {
  value?: Node;
  readonly keys: Map<string, Place>;
  readonly positions: Map<number, Place>;
}

/** The map whose values these are.
 * @throws SysError where two are at one place, or a list has gaps */
export function unflattened(entries: readonly Entry[]): Branch {
  const root = emptyPlace();
  for (const { key, value } of entries) {
    const place = descend(root, key);
    if (place.value !== undefined) throw unclear(key);
    place.value = value;
  }
  return branch([...root.keys].map(([key, place]) => entry(key, nodeAt(key, place))));
}

function emptyPlace(): Place {
  return { keys: new Map(), positions: new Map() };
}

function descend(root: Place, key: string): Place {
  const [first, ...rest] = key.split(SEPARATOR);
  let place = child(root.keys, first);
  for (let n = 0; n < rest.length; n += 2) {
    const name = rest[n + 1];
    if (rest[n] === "__map_") place = child(place.keys, name);
    else if (/^\d{1,4}$/.test(name)) place = child(place.positions, Number(name));
    else throw unclear(key);
  }
  return place;
}

function child<K>(children: Map<K, Place>, key: K): Place {
  const found = children.get(key) ?? emptyPlace();
  children.set(key, found);
  return found;
}

function nodeAt(key: string, { value, keys, positions }: Place): Node {
  if (Number(value !== undefined) + Number(keys.size > 0) + Number(positions.size > 0) !== 1) {
    throw unclear(key);
  }
  if (value !== undefined) return value;
  if (keys.size > 0) {
    return branch([...keys].map(([name, place]) => entry(name, nodeAt(`${key}.${name}`, place))));
  }
  return list(Array.from({ length: positions.size }, (_, n) => {
    const place = positions.get(n);
    if (place === undefined) throw unclear(key);
    return nodeAt(`${key}.${n}`, place);
  }));
}

function unclear(key: string) {
  return badFile(`its metadata of sops say two things at ${key}, or leave something out`);
}
