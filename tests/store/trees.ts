/** Trees as data, for tests: made on disk, generated at random, and removed again. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { FileSystem } from "../../src/system/mod.ts";

/** What a test wants to lie somewhere. */
export type Tree =
  | { readonly file: string | Uint8Array; readonly mode?: number }
  | { readonly link: string }
  | { readonly dir: Readonly<Record<string, Tree>>; readonly mode?: number };

/** Makes a tree at a path. */
export function grow(fs: FileSystem, path: string, tree: Tree): void {
  if ("link" in tree) return fs.symlink(tree.link, path);
  if ("file" in tree) {
    const handle = fs.create(path, tree.mode ?? 0o644);
    handle.write(typeof tree.file === "string" ? Buffer.from(tree.file) : tree.file);
    return handle.close();
  }
  fs.mkdir(path, 0o755);
  for (const [name, inner] of Object.entries(tree.dir)) grow(fs, `${path}/${name}`, inner);
  fs.chmod(path, tree.mode ?? 0o755);
}

/** Removes whatever is at a path, read-only or not. */
export function fell(fs: FileSystem, path: string): void {
  const info = fs.lstat(path);
  if (info === null) return;
  if (info.kind === "dir") {
    fs.chmod(path, 0o700);
    for (const name of fs.readDir(path)) fell(fs, `${path}/${name}`);
  }
  fs.remove(path);
}

/** Runs a test in a temporary folder, which is gone afterwards. */
export async function inTemp(
  fs: FileSystem,
  test: (folder: string) => void | Promise<void>,
): Promise<void> {
  const folder = fs.realPath(Deno.makeTempDirSync({ prefix: "sys-store-" }));
  try {
    await test(folder);
  } finally {
    fell(fs, folder);
  }
}

const oddName = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.string({
      unit: fc.constantFrom(
        "a",
        "B",
        " ",
        "\n",
        "é",
        "日",
        "𝄞",
        "\ufffd",
        ".",
        "-",
        "'",
        '"',
        "\\",
      ),
      minLength: 1,
      maxLength: 6,
    }),
  },
).map((name) => name.replaceAll("/", "_").replaceAll("\0", "_").toWellFormed())
  .filter((name) => name !== "." && name !== ".." && Buffer.byteLength(name) < 200);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom("", "x", "1234567", "12345678", "123456789"),
);

/** Any tree that a file system takes: odd names, links, executables, empty folders. */
export const anyTree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; leaf: Tree; dir: Tree }>((
  tie,
) => ({
  leaf: fc.oneof(
    fc.record({ file: bytes, mode: fc.constantFrom(0o644, 0o755, 0o600, 0o744, 0o655) }),
    fc.record({ link: fc.constantFrom("x", "../x", "/nowhere", "é", "a b\nc") }),
  ),
  dir: fc.record({
    dir: fc.dictionary(oddName, tie("tree"), { maxKeys: 5, noNullPrototype: true }),
  }),
  tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, tie("leaf"), tie("dir")),
})).tree;
