/** Takes a Lua state, gives the lines of the user's that it is in. Reading them needs no memory of Lua's. */
import type { Heap, LuaModule } from "./heap.ts";

/** A line of the user's. */
export interface Frame {
  readonly file: string;
  readonly line: number;
}

/** Bytes of Lua 5.4's `lua_Debug` with 4-byte pointers, rounded up, and the fields that are read from it. */
const RECORD_SIZE = 256;
const SOURCE_AT = 16;
const SOURCE_LENGTH_AT = 20;
const LINE_AT = 24;
const DEEPEST = 250;

export class CallStack {
  readonly #lua: LuaModule;
  readonly #heap: Heap;
  readonly #record: number;
  readonly #what: number;

  constructor(lua: LuaModule, heap: Heap) {
    this.#lua = lua;
    this.#heap = heap;
    this.#record = lua._malloc(RECORD_SIZE);
    this.#what = lua._malloc(3);
    lua.HEAPU8.set([0x53, 0x6c, 0], this.#what); // "Sl"
  }

  /** Up to so many lines, innermost first. */
  frames(state: number, most: number): Frame[] {
    const found: Frame[] = [];
    for (let level = 0; level < DEEPEST && found.length < most; level++) {
      if (this.#lua._lua_getstack(state, level, this.#record) === 0) break;
      this.#lua._lua_getinfo(state, this.#what, this.#record);
      const source = this.#heap.at(this.#word(SOURCE_AT), this.#word(SOURCE_LENGTH_AT));
      // Chunks of the user's have names that start with "@".
      if (source.startsWith("@")) {
        found.push({ file: source.slice(1), line: this.#word(LINE_AT) });
      }
    }
    return found;
  }

  close(): void {
    this.#lua._free(this.#record);
    this.#lua._free(this.#what);
  }

  #word(at: number): number {
    return this.#lua.HEAPU32[(this.#record + at) >> 2];
  }
}
