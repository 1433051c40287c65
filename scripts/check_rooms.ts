/** The law of imports: who may import whom. Run by `deno task ok`; drawn in ARCHITECTURE.md. */
import { dirname, join, normalize, relative } from "node:path/posix";

/** All rooms that a journey goes through. */
const BELOW_JOURNEYS = [
  "errors",
  "digest",
  "system",
  "manifest",
  "store",
  "plan",
  "platform",
  "build",
  "inputs",
  "lua",
  "config",
  "snapshot",
  "activation",
];

/** For each room (or file of `src/`) the rooms it may import. A room may always import itself. */
const LAW: Record<string, readonly string[]> = {
  errors: [],
  digest: ["errors"],
  system: ["errors"],
  manifest: ["errors", "digest"],
  store: ["errors", "digest", "manifest", "system"],
  plan: ["errors", "digest", "manifest", "store/names"],
  platform: ["errors", "digest", "manifest", "plan", "system"],
  build: ["errors", "digest", "manifest", "store", "platform", "system"],
  inputs: ["errors", "digest", "manifest", "store", "build", "platform", "system"],
  lua: ["errors", "digest", "manifest", "build/recipe", "store/nar", "inputs/types", "system"],
  config: ["errors", "digest", "lua", "inputs", "manifest", "build/recipe", "store/nar", "system"],
  snapshot: ["errors", "digest", "manifest", "plan", "store", "platform", "system"],
  activation: ["errors", "digest", "manifest", "plan", "store", "snapshot", "platform", "system"],
  // The journeys: one file each directly in src/.
  journey: BELOW_JOURNEYS,
  cli: ["journey", ...BELOW_JOURNEYS],
};

/** Rooms that may touch the runtime's own global. */
const NAMES_DENO = new Set(["system", "platform"]);
/** Node modules with effects, which count as naming the runtime. */
const EFFECTFUL = /^node:(fs|child_process|net|http|https|os|process|worker_threads)(\/|$)/;

const problems: string[] = [];
const edges = new Map<string, Set<string>>();

/** The room of a path below src/. */
function roomOf(path: string): string {
  const [first, ...rest] = path.split("/");
  if (rest.length > 0) return first;
  const name = first.replace(/\.ts$/, "");
  return name === "errors" || name === "digest" ? name : "journey";
}

function check(path: string, text: string) {
  const room = roomOf(path);
  const law = LAW[room];
  if (!law) return void problems.push(`src/${path}: the room "${room}" is not in the law`);
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  if (!NAMES_DENO.has(room) && /\bDeno\./.test(code)) {
    problems.push(`src/${path}: only ${[...NAMES_DENO].join(", ")} and main.ts may name Deno`);
  }
  const pattern = /(?:from\s+|import\s*\(\s*|import\s+)"([^"]+)"/g;
  for (const [, specifier] of code.matchAll(pattern)) {
    if (EFFECTFUL.test(specifier) && !NAMES_DENO.has(room)) {
      problems.push(`src/${path}: ${specifier} belongs behind a port of system/`);
    }
    if (!specifier.startsWith(".")) continue;
    const target = relative("src", normalize(join(dirname(join("src", path)), specifier)));
    if (target.startsWith("..")) {
      problems.push(`src/${path}: imports ${specifier}, outside src/`);
      continue;
    }
    const other = roomOf(target);
    if (other === room) continue;
    const allowed = law.some((entry) => entry === other || target === `${entry}.ts`);
    if (!allowed) problems.push(`src/${path}: ${room} may not import ${target}`);
    edges.set(room, (edges.get(room) ?? new Set()).add(other));
  }
}

function walk(folder: string) {
  for (const entry of Deno.readDirSync(join("src", folder))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) walk(path);
    else if (entry.name.endsWith(".ts")) check(path, Deno.readTextFileSync(join("src", path)));
  }
}

walk("");
if (problems.length > 0) {
  console.error(problems.join("\n"));
  console.error(`${problems.length} against the law of rooms (scripts/check_rooms.ts)`);
  Deno.exit(1);
}
console.log(`rooms: ${edges.size} rooms keep the law`);
