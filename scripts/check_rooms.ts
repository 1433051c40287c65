/** The law of imports: who may import whom, checked by `deno task ok` and drawn in ARCHITECTURE.md.
 *
 * Five rules: a room imports only what its line grants; a line grants only what is used; no file is its own
 * import, by however long a way; only the rooms at the edge name the runtime; only they know the system's own form of
 * paths. */
import { dirname, join, normalize, relative } from "node:path/posix";

/** For each room the rooms, or single files, that it may import. A room may always import itself. */
const LAW: Record<string, readonly string[]> = {
  errors: [],
  digest: ["errors"],
  system: ["errors"],
  manifest: ["errors", "digest"],
  store: ["errors", "digest", "manifest", "system"],
  fetch: ["errors", "digest", "store", "system"],
  secrets: ["errors", "system"],
  plan: ["errors", "manifest", "store/names"],
  platform: ["errors", "manifest", "plan", "system"],
  realize: ["errors", "digest", "manifest", "store", "fetch", "system"],
  inputs: ["errors", "digest", "store", "fetch", "system"],
  lua: ["errors"],
  recall: ["system"],
  config: [
    "errors",
    "digest",
    "lua",
    "inputs",
    "manifest",
    "realize/recipe",
    "store/nar",
    "system",
  ],
  snapshot: ["errors", "digest", "manifest", "plan", "store", "system"],
  activation: ["errors", "digest", "manifest", "plan", "store", "snapshot", "platform", "system"],
  machine: [
    "errors",
    "manifest",
    "store",
    "fetch/cache",
    "platform",
    "activation",
    "system",
  ],
  journeys: [
    "errors",
    "digest",
    "system",
    "manifest",
    "store",
    "fetch",
    "plan",
    "realize",
    "inputs",
    "config",
    "snapshot",
    "activation",
    "machine",
    "recall",
    "secrets",
    "platform/memory_folder",
  ],
  // What journeys give is shown by its type.
  cli: [
    "errors",
    "digest",
    "system",
    "journeys",
    "recall",
    "platform/places",
    "manifest/types",
    "manifest/kinds",
    "manifest/placeholder",
    "plan/types",
    "snapshot/types",
    "realize/observer",
  ],
};

/** Rooms that may touch the runtime's own global. */
const NAMES_DENO = new Set(["system", "platform"]);
/** Node modules with effects, which count as naming the runtime. */
const EFFECTFUL = /^node:(fs|child_process|net|http|https|os|process|worker_threads)(\/|$)/;
const IMPORT = /(?:from\s+|import\s*\(\s*|import\s+)"([^"]+)"/g;

const problems: string[] = [];
/** File → files that it imports, all below src/. */
const imports = new Map<string, string[]>();
/** Grants that were made use of: `room grant`. */
const used = new Set<string>();

/** The room of a path below src/. */
function roomOf(path: string): string {
  return path.split("/")[0].replace(/\.ts$/, "");
}

function check(path: string, text: string) {
  const room = roomOf(path);
  const law = LAW[room];
  if (!law) return void problems.push(`src/${path}: the room "${room}" is not in the law`);
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  if (!NAMES_DENO.has(room) && /\bDeno\.|\bnew Worker\b/.test(code)) {
    const named = [...NAMES_DENO].join(", ");
    problems.push(`src/${path}: only ${named} and main.ts may name Deno or Worker`);
  }
  imports.set(path, []);
  for (const [, specifier] of code.matchAll(IMPORT)) checkImport(path, room, specifier);
}

function checkImport(path: string, room: string, specifier: string) {
  if (EFFECTFUL.test(specifier) && !NAMES_DENO.has(room)) {
    problems.push(`src/${path}: ${specifier} belongs behind a port of system/`);
  }
  if (specifier === "node:path" && !NAMES_DENO.has(room)) {
    problems.push(`src/${path}: paths have one form inside, that of node:path/posix`);
  }
  if (!specifier.startsWith(".")) return;
  const target = relative("src", normalize(join(dirname(join("src", path)), specifier)));
  if (target.startsWith("..")) {
    return void problems.push(`src/${path}: imports ${specifier}, outside src/`);
  }
  imports.get(path)!.push(target);
  const other = roomOf(target);
  if (other === room) return;
  const grant = LAW[room].find((entry) => entry === other || target === `${entry}.ts`);
  if (grant) used.add(`${room} ${grant}`);
  else problems.push(`src/${path}: ${room} may not import ${target}`);
}

/** Reports each circle of files once, by the way around it. */
function checkCircles() {
  const state = new Map<string, "open" | "done">();
  const way: string[] = [];
  const visit = (path: string) => {
    if (state.get(path) === "done") return;
    way.push(path);
    if (state.get(path) === "open") {
      problems.push(`a circle of files: ${way.slice(way.indexOf(path)).join(" → ")}`);
    } else {
      state.set(path, "open");
      for (const other of imports.get(path) ?? []) visit(other);
      state.set(path, "done");
    }
    way.pop();
  };
  for (const path of imports.keys()) visit(path);
}

function checkGrants() {
  for (const [room, grants] of Object.entries(LAW)) {
    for (const grant of grants) {
      if (used.has(`${room} ${grant}`)) continue;
      problems.push(`the law lets ${room} import ${grant}, and no file does`);
    }
  }
}

function walk(folder: string) {
  // In an order of its own: what is said does not depend on the disk.
  const entries = [...Deno.readDirSync(join("src", folder))].sort((a, b) =>
    a.name < b.name ? -1 : 1
  );
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) walk(path);
    else if (entry.name.endsWith(".ts")) check(path, Deno.readTextFileSync(join("src", path)));
  }
}

walk("");
checkCircles();
checkGrants();
if (problems.length > 0) {
  console.error(problems.join("\n"));
  console.error(`${problems.length} against the law of rooms (scripts/check_rooms.ts)`);
  Deno.exit(1);
}
console.log(`rooms: ${Object.keys(LAW).length} rooms keep the law`);
