/** Takes a machine's memory, gives texts and bytes in and out of it. */

/** What is used of wasmoon's module: the C functions themselves, without its conversions, which are slower and
 * change bytes that are not UTF-8. Numbers are pointers, stack positions and C ints. */
export interface LuaModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  addFunction(call: (...args: number[]) => number | void, signature: string): number;
  removeFunction(pointer: number): void;
  _malloc(size: number): number;
  _realloc(pointer: number, size: number): number;
  _free(pointer: number): void;
  _luaL_openlibs(state: number): void;
  _luaL_loadbufferx(
    state: number,
    text: number,
    size: number,
    name: number,
    mode: number,
  ): number;
  _lua_newstate(allocator: number, data: number): number;
  _lua_close(state: number): void;
  _lua_gettop(state: number): number;
  _lua_settop(state: number, top: number): void;
  _lua_pushvalue(state: number, index: number): void;
  _lua_rotate(state: number, index: number, by: number): void;
  _lua_type(state: number, index: number): number;
  _lua_tolstring(state: number, index: number, length: number): number;
  _lua_pushlstring(state: number, text: number, length: number): number;
  _lua_pushnil(state: number): void;
  _lua_pushcclosure(state: number, call: number, upvalues: number): void;
  _lua_getglobal(state: number, name: number): number;
  _lua_setglobal(state: number, name: number): void;
  _lua_callk(state: number, args: number, results: number, context: number, next: number): void;
  _lua_pcallk(
    state: number,
    args: number,
    results: number,
    handler: number,
    context: number,
    next: number,
  ): number;
  _lua_sethook(state: number, hook: number, mask: number, count: number): void;
  _lua_error(state: number): number;
  _lua_getstack(state: number, level: number, record: number): number;
  _lua_getinfo(state: number, what: number, record: number): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Heap {
  readonly #lua: LuaModule;
  /** Where Lua writes the length of a text. */
  readonly #length: number;

  constructor(lua: LuaModule) {
    this.#lua = lua;
    this.#length = lua._malloc(4);
  }

  /** The bytes of a text on the stack; valid until Lua runs again. */
  bytes(state: number, index: number): Uint8Array {
    const pointer = this.#lua._lua_tolstring(state, index, this.#length);
    if (pointer === 0) return new Uint8Array();
    const length = this.#lua.HEAPU32[this.#length >> 2];
    return this.#lua.HEAPU8.subarray(pointer, pointer + length);
  }

  /** A text on the stack. */
  text(state: number, index: number): string {
    return decoder.decode(this.bytes(state, index));
  }

  /** A text anywhere in the memory. */
  at(pointer: number, length: number): string {
    return decoder.decode(this.#lua.HEAPU8.subarray(pointer, pointer + length));
  }

  /** Puts a text on the stack, as UTF-8. */
  push(state: number, text: string): void {
    this.#withBytes(text, (pointer, length) => this.#lua._lua_pushlstring(state, pointer, length));
  }

  /** Compiles a text; leaves the function, or a message, on the stack. Gives Lua's status. */
  load(state: number, text: string, name: string): number {
    return this.withText(
      name,
      (label) =>
        this.#withBytes(
          text,
          (pointer, length) => this.#lua._luaL_loadbufferx(state, pointer, length, label, 0),
        ),
    );
  }

  /** Lends a text that ends in a zero byte. */
  withText<T>(text: string, use: (pointer: number) => T): T {
    return this.#withBytes(text + "\0", use);
  }

  #withBytes<T>(text: string, use: (pointer: number, length: number) => T): T {
    const room = text.length * 3;
    const pointer = this.#lua._malloc(room + 1);
    if (pointer === 0) throw new RangeError("the machine's memory is full");
    try {
      const { written } = encoder.encodeInto(
        text,
        this.#lua.HEAPU8.subarray(pointer, pointer + room),
      );
      return use(pointer, written);
    } finally {
      this.#lua._free(pointer);
    }
  }
}
