/** Takes a limit, gives a Lua state that cannot have more memory, and knows the line that asked for it. */
import { SysError } from "../errors.ts";
import type { Heap, LuaModule } from "./heap.ts";

/** Bytes of Lua 5.4's `lua_Debug` with 4-byte pointers, rounded up, and the fields that are read from it. */
const RECORD_SIZE = 256;
const SOURCE_AT = 16;
const SOURCE_LENGTH_AT = 20;
const LINE_AT = 24;

export class MemoryLimit {
  /** The Lua state. */
  readonly state: number;
  readonly #lua: LuaModule;
  readonly #mebibytes: number;
  readonly #allocator: number;
  readonly #record: number;
  readonly #what: number;
  #used = 0;
  #place: { file: string; line: number } | null = null;

  constructor(lua: LuaModule, heap: Heap, mebibytes: number) {
    this.#lua = lua;
    this.#mebibytes = mebibytes;
    const limit = mebibytes * 1024 * 1024;
    const { _realloc, _free } = lua;
    this.#record = lua._malloc(RECORD_SIZE);
    this.#what = lua._malloc(3);
    lua.HEAPU8.set([0x53, 0x6c, 0], this.#what); // "Sl"
    this.#allocator = lua.addFunction((_data, pointer, oldSize, newSize) => {
      const before = pointer === 0 ? 0 : oldSize;
      if (newSize === 0) {
        this.#used -= before;
        if (pointer !== 0) _free(pointer);
        return 0;
      }
      const after = this.#used + newSize - before;
      if (newSize > before && after > limit) {
        this.#place = this.#find(heap);
        return 0;
      }
      const given = _realloc(pointer, newSize);
      if (given === 0) this.#place = this.#find(heap);
      else this.#used = after;
      return given;
    }, "iiiii");
    this.state = lua._lua_newstate(this.#allocator, 0);
  }

  /** The error for an evaluation that ran into the limit. */
  error(): SysError {
    return new SysError("config", `Cannot evaluate: it needs more than ${this.#mebibytes} MiB`, {
      ...(this.#place ? { place: this.#place } : {}),
      hint: "look for a table or text that grows in a loop, or raise it with --eval-memory MIB",
    });
  }

  close(): void {
    this.#lua.removeFunction(this.#allocator);
    this.#lua._free(this.#record);
    this.#lua._free(this.#what);
  }

  /** The line of the user's that runs now. Reading it allocates nothing. */
  #find(heap: Heap): { file: string; line: number } | null {
    if (!this.state) return null;
    const { _lua_getstack, _lua_getinfo } = this.#lua;
    for (let level = 0; level < 100; level++) {
      if (_lua_getstack(this.state, level, this.#record) === 0) return null;
      _lua_getinfo(this.state, this.#what, this.#record);
      const word = (at: number) => this.#lua.HEAPU32[(this.#record + at) >> 2];
      const source = heap.at(word(SOURCE_AT), word(SOURCE_LENGTH_AT));
      if (source.startsWith("@")) {
        return { file: source.slice(1), line: this.#lua.HEAP32[(this.#record + LINE_AT) >> 2] };
      }
    }
    return null;
  }
}
