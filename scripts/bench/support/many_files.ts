/** Configs of many small files. */
import type { World } from "./bench.ts";

/** How the files get into the home. */
export const KINDS = ["links", "copies", "files of a tree"] as const;
export type Kind = typeof KINDS[number];

/** They are spread over so many folders. */
export const FOLDERS = 50;

/** Where the nth is, below the folder of all. */
export function nameOf(n: number): string {
  return `d${n % FOLDERS}/f${n}`;
}

/** Sources of a few bytes each: `config/files/f1`, and `config/tree/d1/f1`, which other programs want too. */
export function plantFiles(world: World, count: number): void {
  plantList(world, count);
  plantTree(world, count);
}

/** What a config of one kind needs of them. */
export function plantFor(world: World, kind: Kind, count: number): void {
  if (kind === "files of a tree") plantTree(world, count);
  else plantList(world, count);
}

function plantList(world: World, count: number): void {
  Deno.mkdirSync(`${world.config}/files`);
  for (let n = 1; n <= count; n++) {
    Deno.writeTextFileSync(`${world.config}/files/f${n}`, `file ${n}\n`);
  }
}

function plantTree(world: World, count: number): void {
  for (let n = 0; n < FOLDERS; n++) {
    Deno.mkdirSync(`${world.config}/tree/d${n}`, { recursive: true });
  }
  for (let n = 1; n <= count; n++) {
    Deno.writeTextFileSync(`${world.config}/tree/${nameOf(n)}`, `file ${n}\n`);
  }
}

/** The config that puts them into `~/t`. A line each, as a program that generates configs would write it. */
export function writeConfig(world: World, kind: Kind, count: number): void {
  const lines = kind === "files of a tree"
    ? [`file { path = "~/t", source = "./tree", recursive = true }`]
    : Array.from({ length: count }, (_, n) => {
      const mutable = kind === "copies" ? ", mutable = true" : "";
      return `file { path = "~/t/${nameOf(n + 1)}", source = "./files/f${n + 1}"${mutable} }`;
    });
  world.write(
    "config/init.lua",
    `return { setup = function()\n  ${lines.join("\n  ")}\nend }\n`,
  );
}
