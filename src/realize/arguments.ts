/** Takes what a recipe gives to an operation, gives it with its type, or says what is wrong with it. */
import { SysError } from "../errors.ts";
import type { Json } from "../manifest/types.ts";

type Table = { readonly [key: string]: Json };

/** The arguments of one call. */
export class Arguments {
  readonly #op: string;
  readonly #values: readonly Json[];

  constructor(op: string, values: readonly Json[]) {
    this.#op = op;
    this.#values = values;
  }

  text(n: number, name: string): string {
    const value = this.#values[n];
    if (typeof value !== "string") throw this.wrong(name, "a text", value);
    return value;
  }

  textOrNull(n: number, name: string): string | null {
    return (this.#values[n] ?? null) === null ? null : this.text(n, name);
  }

  /** One text or a list of them. */
  texts(n: number, name: string): string[] {
    const value = this.#values[n];
    if (typeof value === "string") return [value];
    if (Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === "string")) {
      return value as string[];
    }
    throw this.wrong(name, "a text or a list of texts", value);
  }

  value(n: number): Json {
    return this.#values[n] ?? null;
  }

  /** A table of texts; numbers and booleans count as texts. */
  map(n: number, name: string): Record<string, string> {
    return this.#toMap(this.#table(this.#values[n], name), name);
  }

  /** A table of options, of which only those that are known may occur. */
  options(n: number, known: readonly string[]): Options {
    const table = this.#table(this.#values[n], "options");
    const unknown = Object.keys(table).find((key) => !known.includes(key));
    if (unknown !== undefined) {
      throw new SysError("build", `Cannot ${this.#op}: there is no option "${unknown}"`, {
        hint: `its options are ${known.join(", ")}`,
      });
    }
    return {
      text: (key) => this.#option(table, key, "string", "a text") as string | null,
      number: (key) => this.#option(table, key, "number", "a number") as number | null,
      flag: (key) => this.#option(table, key, "boolean", "true or false") === true,
      map: (key) => this.#toMap(this.#table(table[key], key), key),
      value: (key) => table[key] ?? null,
    };
  }

  wrong(name: string, wanted: string, found: Json | undefined): SysError {
    const what = found === undefined || found === null ? "nothing" : JSON.stringify(found);
    const shown = what.length > 80 ? `${what.slice(0, 77)}…` : what;
    return new SysError("build", `Cannot ${this.#op}: \`${name}\` is ${shown}, not ${wanted}`);
  }

  #option(table: Table, key: string, type: string, wanted: string): Json {
    const value = table[key] ?? null;
    if (value !== null && typeof value !== type) throw this.wrong(key, wanted, value);
    return value;
  }

  /** An empty table of Lua's may come as a list. */
  #table(value: Json | undefined, name: string): Table {
    if (value === undefined || value === null) return {};
    if (Array.isArray(value) && value.length === 0) return {};
    if (typeof value !== "object" || Array.isArray(value)) throw this.wrong(name, "a table", value);
    return value as Table;
  }

  #toMap(table: Table, name: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(table).map(([key, value]) => {
        if (value === null || typeof value === "object") {
          throw this.wrong(`${name}.${key}`, "a text", value);
        }
        return [key, String(value)];
      }),
    );
  }
}

/** Options that were given, each null (or empty, or false) where it was not. */
export interface Options {
  text(key: string): string | null;
  number(key: string): number | null;
  flag(key: string): boolean;
  map(key: string): Record<string, string>;
  value(key: string): Json;
}
