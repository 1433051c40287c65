/** Takes a text in JSON, TOML or YAML, gives it as a Lua expression, and the way back; and the parts of the build
 * library. What does the work is loaded when it is first needed. */
import { messageOf } from "../errors.ts";
import { type LuaData, toLua } from "./to_lua.ts";
import { HostError } from "./vm.ts";

/** What is loaded on demand: the libraries of formats, and `lib.build`. */
export type Library = "toml" | "yaml" | "build";

/** An answer cannot be given before a library is loaded. */
export class LibraryNeeded extends HostError {
  constructor(readonly library: Library) {
    super(`${library === "build" ? "lib.build" : library.toUpperCase()} is not available here`);
  }
}

interface Codec {
  parse(text: string): LuaData;
  encode(value: LuaData, indent: number): string;
}

/** Reads and writes data, with the libraries that were loaded. */
export class Codecs {
  #parts: ReadonlyMap<string, string> | undefined;
  readonly #codecs = new Map<string, Codec>([["json", { parse: parseJson, encode: encodeJson }]]);

  /** @param parts the build library's files by name; those of the program unless they are given */
  constructor(parts?: ReadonlyMap<string, string>) {
    this.#parts = parts;
  }

  /** Loads a library. */
  async load(library: Library): Promise<void> {
    if (library === "build") {
      const { BUILD_LIBRARY } = await import("./build_library.generated.ts");
      this.#parts ??= new Map(BUILD_LIBRARY);
    } else if (!this.#codecs.has(library)) {
      this.#codecs.set(library, library === "toml" ? await tomlCodec() : await yamlCodec());
    }
  }

  /** A file of the build library. */
  part(name: string): string {
    if (this.#parts === undefined) throw new LibraryNeeded("build");
    const text = this.#parts.get(name);
    if (text === undefined) throw new HostError(`lib.build has no part ${name}`);
    return text;
  }

  /** Text → Lua expression. */
  parse(format: string, text: string): string {
    try {
      return toLua(this.#codec(format).parse(text));
    } catch (error) {
      if (error instanceof HostError) throw error;
      throw new HostError(`not ${format.toUpperCase()}: ${messageOf(error)}`);
    }
  }

  /** JSON, as Lua wrote it → text. */
  encode(format: string, json: string, indent: number): string {
    try {
      return this.#codec(format).encode(parseJson(json), indent);
    } catch (error) {
      if (error instanceof HostError) throw error;
      throw new HostError(messageOf(error));
    }
  }

  #codec(format: string): Codec {
    const codec = this.#codecs.get(format);
    if (codec === undefined) throw new LibraryNeeded(format as Library);
    return codec;
  }
}

/** JSON with integers as `bigint`, told from floats by how they are written. */
function parseJson(text: string): LuaData {
  return JSON.parse(
    text,
    ((_key: string, value: unknown, context: { source?: string }) => {
      if (typeof value !== "number" || context.source === undefined) return value;
      return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
    }) as Parameters<typeof JSON.parse>[1],
  );
}

function encodeJson(value: LuaData, indent: number): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.stringify(value, (_key, inner) => {
    if (typeof inner === "bigint") return rawJSON(String(inner));
    return typeof inner === "number" && Number.isInteger(inner) ? rawJSON(floatText(inner)) : inner;
  }, indent);
}

function floatText(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

async function tomlCodec(): Promise<Codec> {
  const { parse, stringify, TomlDate } = await import("smol-toml");
  const plain = (value: unknown): LuaData => {
    if (value instanceof TomlDate) return value.toISOString();
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === "object" && value !== null) {
      return new Map(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
    }
    return value as LuaData;
  };
  return {
    parse: (text) => plain(parse(text, { integersAsBigInt: true })),
    encode(value) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new HostError("a TOML document is a table with names");
      }
      refuseNull(value, "");
      return stringify(value, { numbersAsFloat: true });
    },
  };
}

/** TOML has no null. */
function refuseNull(value: LuaData, path: string) {
  if (value === null) throw new HostError(`TOML has no null: leave out \`${path}\``);
  if (typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    refuseNull(inner as LuaData, path === "" ? key : `${path}.${key}`);
  }
}

async function yamlCodec(): Promise<Codec> {
  const { parseDocument, Document, Scalar, isScalar, visit } = await import("yaml");
  return {
    parse(text) {
      const document = parseDocument(text, { intAsBigInt: true, prettyErrors: true });
      if (document.errors.length > 0) throw document.errors[0];
      return document.toJS({ maxAliasCount: 100 }) as LuaData;
    },
    encode(value, indent) {
      const document = new Document(value, { aliasDuplicateObjects: false });
      visit(document, {
        Scalar(_key, node) {
          if (isScalar(node) && typeof node.value === "number" && Number.isInteger(node.value)) {
            (node as InstanceType<typeof Scalar>).minFractionDigits = 1;
          }
        },
      });
      return document.toString({ indent: Math.max(1, indent), lineWidth: 0 });
    },
  };
}
