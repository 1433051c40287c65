/** Takes an entry file, gives a Lua VM that has loaded it: the host's side of a config. */
import { basename, dirname, isAbsolute, relative } from "node:path/posix";
import { messageOf, type Place, SysError } from "../errors.ts";
import { parseDigest, sha256Hex } from "../digest.ts";
import type { InputSpec, ResolvedInput } from "../inputs/types.ts";
import { type Codecs, type Library, LibraryNeeded } from "../lua/codecs.ts";
import { type LuaData, toLua } from "../lua/to_lua.ts";
import { createVm, type HostArguments, HostError, type LuaVm } from "../lua/vm.ts";
import { DIR_PLACEHOLDER, inputPlaceholder, outputPlaceholder } from "../manifest/placeholder.ts";
import type { ReadFs, System } from "../system/mod.ts";
import { failure, type LuaFailure, placeIn } from "./failure.ts";
import { Tree } from "./tree.ts";
import type { ConfigFile, EvaluationLimits, SourceFile } from "./types.ts";

export interface EvaluatorRequest {
  /** Absolute path of the entry file. */
  readonly entry: string;
  readonly limits: EvaluationLimits;
  /** Version of sys. */
  readonly version: string;
  /** Where files are read of which only the hash counts, if not where all others are. */
  readonly contents?: ReadFs;
  /** Ends what runs. */
  readonly signal?: AbortSignal;
}

export class Evaluator {
  /** The config's folder. */
  readonly dir: string;
  /** What `print` wrote. */
  readonly messages: string[] = [];
  /** Libraries that builds will need. */
  readonly needed = new Set<Library>();
  readonly #system: Pick<System, "fs" | "host" | "clock">;
  readonly #request: EvaluatorRequest;
  readonly #codecs: Codecs;
  readonly #trees = new Map<string, Tree>();
  #vm: LuaVm | undefined;
  /** A library that an answer could not be given without. */
  missing: Library | null = null;

  constructor(
    system: Pick<System, "fs" | "host" | "clock">,
    request: EvaluatorRequest,
    codecs: Codecs,
  ) {
    this.#system = system;
    this.#request = request;
    this.#codecs = codecs;
    this.dir = dirname(request.entry);
    this.#trees.set("config", new Tree(system.fs, this.dir, request.contents));
  }

  /** Makes the VM and runs the entry file. `role` is "input" when it needs no `setup`. */
  async load(role: "entry" | "input"): Promise<Record<string, InputSpec>> {
    const { entry, limits, signal } = this.#request;
    const { clock } = this.#system;
    const file = basename(entry);
    const text = this.#reading(() => this.#tree("config").read(file));
    if (text === null) {
      throw new SysError("config", `Cannot read ${entry}: there is no such file`, {
        hint: "the smallest one is: return { setup = function() end }",
      });
    }
    this.#vm = await createVm((operation, args) => this.#answer(operation, args), {
      ...limits,
      now: () => clock.monotonic(),
      turn: () => clock.sleep(0),
      signal,
    });
    await this.call("facts", toLua(this.#facts()));
    return JSON.parse(await this.call("load", file, text, role));
  }

  /** Hands the resolved inputs to Lua. */
  async setInputs(inputs: ReadonlyMap<string, ResolvedInput>): Promise<void> {
    const list: LuaData[] = [];
    for (const [key, input] of [...inputs].sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.#trees.set(
        `input:${key}`,
        new Tree(this.#system.fs, input.path, this.#request.contents),
      );
      list.push({
        key,
        path: inputPlaceholder(key),
        hash: input.hash,
        type: input.type,
        rev: input.rev,
        last_modified: input.lastModified === null ? null : BigInt(input.lastModified),
      });
    }
    await this.call("inputs", toLua(list));
  }

  /**
   * Calls an entry of the VM.
   * @throws SysError of kind "config" for an error in Lua
   */
  async call(name: string, ...args: string[]): Promise<string> {
    let answer: string;
    try {
      answer = await this.#vm!.enter(name, ...args);
    } catch (error) {
      if (!(error instanceof SysError) || error.place === undefined) throw error;
      const place = placeIn(this.textOf(error.place.file), error.place);
      throw new SysError(error.kind, error.message, {
        place,
        hint: error.hint,
        notes: error.notes,
      });
    }
    if (answer.startsWith("+")) return answer.slice(1);
    throw failure(JSON.parse(answer.slice(1)) as LuaFailure, (file) => this.textOf(file));
  }

  /** A file that was loaded, by the name that it is shown under. */
  textOf(file: string): string | null {
    const input = /^inputs\/(.*)$/.exec(file);
    const candidates: [Tree, string][] = [[this.#tree("config"), file]];
    for (const [root, tree] of this.#trees) {
      const prefix = `${root.slice("input:".length)}/`;
      if (input?.[1].startsWith(prefix)) candidates.push([tree, input[1].slice(prefix.length)]);
    }
    for (const [tree, path] of candidates) {
      try {
        const text = tree.read(path);
        if (text !== null) return text;
      } catch {
        // What cannot be read is not shown.
      }
    }
    return null;
  }

  /** The files below the config's folder that were read, inputs that lie there included; sorted by path. */
  filesRead(): ConfigFile[] {
    const files = new Map<string, ConfigFile>();
    for (const tree of this.#trees.values()) {
      const below = relative(this.dir, tree.path);
      if (isAbsolute(below) || below.split("/")[0] === "..") continue;
      for (const file of tree.filesRead()) {
        const path = below === "" ? file.path : `${below}/${file.path}`;
        if (!files.has(path)) files.set(path, { ...file, path });
      }
    }
    return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Paths of those among them that are the config's own, not an input's. */
  ownFiles(): string[] {
    return this.#tree("config").filesRead().map(({ path }) => path);
  }

  /** The files whose hash was asked for. */
  sourcesRead(): SourceFile[] {
    return [...this.#trees].flatMap(([root, tree]) =>
      tree.sourcesRead().map((source) => ({ root, ...source }))
    );
  }

  /** Gives the bytes of memory that the VM had. */
  close(): number {
    const size = this.#vm?.close() ?? 0;
    this.#vm = undefined;
    return size;
  }

  #facts(): LuaData {
    const { host } = this.#system;
    return {
      platform: platformOf(host),
      os: host.os,
      arch: host.arch,
      hostname: host.hostname,
      username: host.username,
      is_linux: host.os === "linux",
      is_darwin: host.os === "darwin",
      is_windows: host.os === "windows",
      is_elevated: host.elevated,
      version: this.#request.version,
      dir: DIR_PLACEHOLDER,
    };
  }

  #tree(root: string): Tree {
    const tree = this.#trees.get(root);
    if (tree === undefined) throw new HostError(`there is no ${root}`);
    return tree;
  }

  /** Turns what a tree refuses into an error of ours, where Lua cannot. */
  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      throw new SysError("config", `Cannot read ${this.#request.entry}: ${error.message}`);
    }
  }

  #answer(operation: string, args: HostArguments): string | null {
    switch (operation) {
      case "sha256":
        return sha256Hex(args.bytes(0));
      case "derivation":
        return derivationHashes(args);
      case "read":
        return this.#tree(args.text(0)).read(args.text(1));
      case "kind":
        return this.#tree(args.text(0)).kind(args.text(1));
      case "list":
        return this.#tree(args.text(0)).list(args.text(1))?.join("\n") ?? null;
      case "walk":
        return this.#tree(args.text(0)).walk(args.text(1))?.join("\n") ?? null;
      case "source":
        return this.#source(args.text(0), args.text(1), args.text(2) !== "");
      case "getenv":
        return this.#system.host.env(args.text(0)) ?? null;
      case "digest":
        return this.#digest(args.text(0));
      case "parse":
        return this.#coding(() => this.#codecs.parse(args.text(0), args.text(1)));
      case "encode":
        return this.#coding(() =>
          this.#codecs.encode(args.text(0), args.text(1), Number(args.text(2)))
        );
      case "part":
        return this.#coding(() => this.#codecs.part(args.text(0)));
      case "need":
        this.needed.add(args.text(0) as Library);
        return null;
      case "print":
        this.messages.push(args.text(0));
        return null;
    }
    throw new Error(`no host operation is called ${operation}`);
  }

  #source(root: string, path: string, shown: boolean): string | null {
    try {
      return this.#tree(root).source(path, shown);
    } catch (error) {
      if (error instanceof SysError) throw new HostError(messageOf(error));
      throw error;
    }
  }

  #digest(text: string): string {
    try {
      return parseDigest(text);
    } catch (error) {
      throw new HostError(messageOf(error));
    }
  }

  #coding(work: () => string): string {
    try {
      return work();
    } catch (error) {
      if (error instanceof LibraryNeeded) this.missing = error.library;
      throw error;
    }
  }
}

/** `<arch>-<os>` */
export function platformOf({ arch, os }: System["host"]): string {
  return `${arch}-${os}`;
}

/** Of a description, of the encoding of `config`, and for each output its placeholder; a line each. */
function derivationHashes(args: HostArguments): string {
  const hash = sha256Hex(args.bytes(0));
  const outputs = args.text(2).split("\n").map((name) => outputPlaceholder(hash, name));
  return [hash, sha256Hex(args.bytes(1)), ...outputs].join("\n");
}

/** Adds column and excerpt to a place of this evaluator. */
export function showPlace(evaluator: Evaluator, place: Place): Place {
  return placeIn(evaluator.textOf(place.file), place);
}
