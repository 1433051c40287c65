/** Takes what a build made at its scratch path, makes it an object.
 *
 * An output may contain its own path, and its name is the hash of its content: so neither could be known first.
 * The way out is Nix's: the build works at a scratch path `tmp/<stem>-<scratch hash>` that is as long as the final
 * `obj/<stem>-<hash>`. For hashing, `tmp/<stem>-<scratch hash>` counts as `obj/<stem>-000…0`, and the scratch hash
 * anywhere else (in pieces of paths, in generated names) as `000…0`. Then each becomes the final hash. Whoever
 * checks the object later counts its own hash as zeroes, sees the same bytes, and gets the same digest. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { basename } from "node:path/posix";
import { digestParts, shortHash, toDigest } from "../digest.ts";
import { SysError } from "../errors.ts";
import { CanonicalTree } from "./canonical.ts";
import { type Form, identify, refuseOther } from "./identity.ts";
import { byHashPart, hashPart, type ObjectName, objectName, stemOf, ZEROES } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { addReferences, readIdentity, writeRecord } from "./record.ts";
import { removeTree } from "./remove.ts";
import { rewriteTree } from "./rewrite.ts";
import type { Replacement } from "./scan.ts";
import type { Output } from "./types.ts";
import { readChunks } from "../system/contents.ts";
import type { ReadFs } from "../system/mod.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath } from "./writing.ts";

/** An object that an output has become. */
export interface Registered {
  readonly object: ObjectName;
  /** What it refers to; null where it was here before, and may be known to refer to more. */
  readonly references: readonly ObjectName[] | null;
}

/**
 * Makes an output an object. What is at the scratch path is gone afterwards; after an error it is still there.
 * @throws SysError of kind "build" when the output can't be an object, or is not the expected one
 */
export function register(
  writer: StoreWriter,
  output: Output,
): Registered {
  const { fs, layout } = writer;
  const { scratch, name, version } = output;
  if (fs.lstat(scratch) === null) {
    throw new SysError("build", `Cannot store the output of ${name}: the build has not made it`, {
      hint: "`config` has to write a file or a folder at `ctx.out`",
    });
  }
  writer.prepare();
  const own = basename(scratch);
  const stem = own.slice(0, -33);
  const siblings: Replacement[] = [...output.siblings ?? []].map(([path, object]) => ({
    stem: stemOf(object),
    from: path.slice(-32),
    to: hashPart(object),
  }));
  const zeroed = { stem, from: own.slice(-32), to: ZEROES };
  const candidates = byHashPart([...output.candidates, ...output.siblings?.values() ?? []]);

  const tree = new CanonicalTree(writer, refuseHashes([zeroed, ...siblings]));
  const found = identify(tree, scratch, {
    root: layout.root,
    wanted: candidates.keys(),
    replacements: [zeroed, ...siblings],
    again: fs,
  });
  const { scan } = found;
  const bound = output.compressed?.bound === true;
  const bytes = bound ? found.plain : found.digest;
  const object = objectName(name, version, shortHash(bytes));
  if (object.length !== own.length) {
    throw new Error(`${scratch} is not the scratch path of ${object}`);
  }
  check(fs, output, bytes);

  const self = scan.count(zeroed.from);
  const form: Form = bound
    ? { kind: "bound", self, places: 0 }
    : { kind: found.kind, self, places: found.places };
  for (const [path, sibling] of output.siblings ?? []) {
    if (scan.found.has(path.slice(-32))) scan.found.add(hashPart(sibling));
  }
  const named = [...scan.found].flatMap((hash) => candidates.get(hash) ?? []);
  const references = [...new Set([...named, ...output.compressed?.references ?? []])]
    .filter((other) => other !== object).sort();
  if (writer.has(object)) {
    refuseOther(object, form, readIdentity(fs, layout, object));
    addReferences(fs, layout, object, references);
    removeTree(fs, scratch);
    return { object, references: null };
  }
  const spare = sparePath(layout);
  try {
    tree.settleLinked(spare);
    if (scan.replaced > 0) {
      rewriteTree(fs, scratch, [{ ...zeroed, to: hashPart(object) }, ...siblings], spare);
    }
    tree.close();
    const entries = tree.seal(scan.replaced > 0);
    writeRecord(fs, layout, object, { ...form, references, entries });
  } catch (thrown) {
    discard(() => removeTree(fs, spare));
    throw thrown;
  }
  writer.put(scratch, object);
  return { object, references };
}

/** Renaming an entry could change its place among the others, and so the hash that it is renamed to. */
function refuseHashes(replacements: readonly Replacement[]) {
  return (name: string, folder: string) => {
    if (!replacements.some(({ from }) => name.includes(from))) return;
    throw new SysError(
      "build",
      `Cannot store ${folder}/${name}: its name contains an output's hash`,
      {
        hint:
          "the hash is not final while the build runs; contents and links may have it, names may not",
      },
    );
  };
}

function check(fs: ReadFs, { name, expected, scratch }: Output, found: Uint8Array) {
  if (expected === undefined) return;
  const { algorithm, bytes } = digestParts(expected);
  if (algorithm !== "sha256") {
    throw new SysError("build", `Cannot check the output of ${name}: ${expected} is no sha256`, {
      hint: `the right one is ${toDigest("sha256", found)}`,
    });
  }
  if (Buffer.compare(bytes, found) === 0) return;
  throw new SysError("build", `Cannot accept the output of ${name}: its content is another one`, {
    notes: [`expected ${expected}`, `found    ${toDigest("sha256", found)}`],
    hint: isFileWith(fs, scratch, bytes)
      ? "what was expected is the hash of the file's bytes, which is for `ctx.fetch_url`; `sha256` of a " +
        "derivation is that of its NAR: write the found one"
      : "if the new content is right, put the found hash into `sha256`",
  });
}

function isFileWith(fs: ReadFs, path: string, digest: Uint8Array): boolean {
  if (fs.lstat(path)?.kind !== "file") return false;
  const hash = createHash("sha256");
  for (const chunk of readChunks(fs, path)) hash.update(chunk);
  return Buffer.compare(hash.digest(), digest) === 0;
}
