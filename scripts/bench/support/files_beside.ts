/** What stands beside applies of many files: chezmoi, mise and GNU stow with the same files, and bare system calls.
 * Each has a home of its own. */
import type { Bench, World } from "./bench.ts";
import type { Contestant } from "./measure.ts";
import { type Kind, nameOf } from "./many_files.ts";

/** Another program that puts files into a home. */
export interface FilesPeer {
  readonly name: string;
  /** Into an empty home. */
  readonly first: Contestant;
  readonly firstGoal?: string;
  /** When all is there. */
  readonly later: Contestant;
  readonly laterGoal?: string;
  /** Says whether all is there. */
  readonly status?: Contestant;
}

/** mise takes half a minute for more. */
const MOST_FOR_MISE = 1_000;

/** Those that are there and know this kind. Sources are planted (`plantFiles`). */
export function filesPeers(bench: Bench, world: World, kind: Kind, count: number): FilesPeer[] {
  const links = kind === "links";
  return [
    chezmoi(bench, world, count),
    kind === "files of a tree" || count > MOST_FOR_MISE ? null : mise(bench, world, kind, count),
    links ? stow(bench, world) : null,
    links ? raw(bench, world, count) : null,
  ].filter((one) => one !== null);
}

/** It copies, as is its way. */
function chezmoi(bench: Bench, world: World, count: number): FilesPeer | null {
  const program = bench.peers.chezmoi;
  if (program === null) return null;
  const home = homeOf(world, "chezmoi");
  const places = ["--source", `${world.config}/tree`, "--destination", home.path, "--no-tty"];
  const where = { env: home.env, cwd: home.path };
  const run = { argv: [program, "apply", "--force", ...places], ...where };
  return {
    name: "chezmoi apply",
    first: { ...run, before: home.clear },
    firstGoal: "≤ 0.6 ×",
    later: run,
    laterGoal: count > 1_000 ? "≤ 0.5 ×" : "≤ 0.7 ×",
    status: { argv: [program, "status", ...places], ...where },
  };
}

function mise(bench: Bench, world: World, kind: Kind, count: number): FilesPeer | null {
  const program = bench.peers.mise;
  if (program === null) return null;
  const home = homeOf(world, "mise");
  const mode = kind === "links" ? "symlink" : "copy";
  const lines = Array.from({ length: count }, (_, n) => {
    const source = `${world.config}/files/f${n + 1}`;
    return `"~/t/${nameOf(n + 1)}" = { source = "${source}", mode = "${mode}" }\n`;
  });
  world.write("mise.toml", `[dotfiles]\n${lines.join("")}`);
  const env = { ...home.env, MISE_GLOBAL_CONFIG_FILE: `${world.folder}/mise.toml` };
  const run = { argv: [program, "dotfiles", "apply", "--yes"], env, cwd: home.path };
  return { name: "mise dotfiles apply", first: { ...run, before: home.clear }, later: run };
}

/** `--no-folding`, so that it makes a link a file. */
function stow(bench: Bench, world: World): FilesPeer | null {
  const program = bench.peers.program("stow");
  if (program === null) return null;
  const home = homeOf(world, "stow");
  const argv = [program, "--no-folding", "-d", world.config, "-t", home.path, "tree"];
  const run = { argv, env: home.env, cwd: home.path };
  return { name: "stow", first: { ...run, before: home.clear }, later: run };
}

function raw(bench: Bench, world: World, count: number): FilesPeer | null {
  const program = bench.peers.raw;
  if (program === null) return null;
  const home = homeOf(world, "raw");
  const store = `${home.path}/store`;
  const before = () => {
    home.clear();
    Deno.mkdirSync(store);
  };
  const argv = [program, "write", String(count), `${world.config}/files`, store, home.path];
  return {
    name: "bare system calls",
    first: { argv, before },
    firstGoal: "≤ 2 ×",
    later: { argv: [program, "look", String(count), store, home.path] },
  };
}

/** A home, and how it gets empty. */
function homeOf(world: World, name: string) {
  const path = `${world.folder}/${name}`;
  const clear = () => {
    world.clear(name);
    Deno.mkdirSync(path);
  };
  return { path, env: { ...world.env, HOME: path }, clear };
}
