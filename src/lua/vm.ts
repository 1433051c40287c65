/** Takes the sandbox's own Lua files and one host function, gives a Lua 5.4 machine in WebAssembly whose entries take
 * and return texts.
 *
 * Everything crosses as few, long texts, since each crossing costs far more than the bytes in it. Texts are copied
 * as bytes, so that hashes are made over what Lua holds. */
import { SysError } from "../errors.ts";
import { STDLIB } from "./stdlib.generated.ts";
import { CallStack } from "./call_stack.ts";
import { Heap, type LuaModule } from "./heap.ts";
import { MemoryLimit } from "./memory_limit.ts";
import { TimeLimit } from "./time_limit.ts";
import { wasmFile } from "./wasm_file.ts";

/** Answers what Lua asks. The arguments are valid during the call only. Throws `HostError` for a message that Lua
 * shall see; null becomes nil. */
export type HostFunction = (operation: string, args: HostArguments) => string | null;

/** The arguments of a call from Lua. */
export interface HostArguments {
  /** As text. */
  text(index: number): string;
  /** As bytes, which are valid during the call only. */
  bytes(index: number): Uint8Array;
}

/** A message for Lua, which adds file and line. */
export class HostError extends Error {}

export interface LuaVm {
  /** Calls an entry of `stdlib/main.lua`. What it gives starts with `+` (a result) or `-` (an error as JSON). */
  enter(name: string, ...args: string[]): string;
  close(): void;
}

const MULTIPLE = -1;
const REGISTRY = -1_000_000 - 1000;
const OUT_OF_MEMORY = 4;

/** What a machine may use up. */
export interface VmLimits {
  readonly mebibytes: number;
  /** For one call of an entry. */
  readonly seconds: number;
  /** Milliseconds from some fixed point. */
  readonly now: () => number;
}

/** Makes a machine. */
export async function createVm(host: HostFunction, limits: VmLimits): Promise<LuaVm> {
  const { LuaFactory } = await import("wasmoon");
  const lua = await new LuaFactory(wasmFile.path).getLuaModule();
  return new Vm(lua.module as unknown as LuaModule, host, limits);
}

class Vm implements LuaVm {
  readonly #lua: LuaModule;
  readonly #heap: Heap;
  readonly #stack: CallStack;
  readonly #memory: MemoryLimit;
  readonly #time: TimeLimit;
  readonly #functions: number[] = [];
  readonly #state: number;
  #closed = false;

  constructor(lua: LuaModule, host: HostFunction, { mebibytes, seconds, now }: VmLimits) {
    this.#lua = lua;
    this.#heap = new Heap(lua);
    this.#stack = new CallStack(lua, this.#heap);
    this.#memory = new MemoryLimit(lua, this.#stack, mebibytes);
    this.#state = this.#memory.state;
    this.#time = new TimeLimit(lua, this.#heap, this.#stack, this.#state, seconds, now);
    lua._luaL_openlibs(this.#state);
    this.#register("sys_host", (state) => this.#answer(state, host));
    this.#register("sys_framed", (state) => this.#frame(state));
    for (const [name, text] of STDLIB) this.#load(name, text);
  }

  enter(name: string, ...args: string[]): string {
    const { _lua_getglobal, _lua_pcallk, _lua_settop } = this.#lua;
    const state = this.#state;
    this.#heap.withText("sys_enter", (pointer) => _lua_getglobal(state, pointer));
    for (const text of [name, ...args]) this.#heap.push(state, text);
    this.#time.start();
    const status = _lua_pcallk(state, args.length + 1, 1, 0, 0, 0);
    const late = this.#time.error();
    try {
      if (late !== null) throw late;
      const answer = this.#heap.text(state, -1);
      if (status === OUT_OF_MEMORY || answer === "!") throw this.#memory.error();
      if (status === 0) return answer;
      throw new SysError("config", `Cannot evaluate: ${answer}`);
    } finally {
      _lua_settop(state, -2);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lua._lua_close(this.#state);
    for (const pointer of this.#functions) this.#lua.removeFunction(pointer);
    this.#memory.close();
    this.#time.close();
    this.#stack.close();
  }

  /** Runs one of our own files, which takes the shared table. */
  #load(name: string, text: string) {
    const { _lua_getglobal, _lua_pcallk, _lua_settop } = this.#lua;
    const state = this.#state;
    const status = this.#heap.load(state, text, `=(sys)/${name}`);
    if (status === 0) {
      this.#heap.withText("sys_shared", (pointer) => _lua_getglobal(state, pointer));
      if (_lua_pcallk(state, 1, 0, 0, 0, 0) === 0) return;
    }
    const message = this.#heap.text(state, -1);
    _lua_settop(state, -2);
    throw new Error(`${name}: ${message}`);
  }

  #register(name: string, call: (state: number) => number) {
    const pointer = this.#lua.addFunction(call, "ii");
    this.#functions.push(pointer);
    this.#lua._lua_pushcclosure(this.#state, pointer, 0);
    this.#heap.withText(name, (text) => this.#lua._lua_setglobal(this.#state, text));
    if (name === "sys_framed") this.#framed = pointer;
  }

  #framed = 0;

  /** `host(operation, …)`: gives a text or nil, or nil and a message. */
  #answer(state: number, host: HostFunction): number {
    const heap = this.#heap;
    try {
      const result = host(heap.text(state, 1), {
        text: (index) => heap.text(state, index + 2),
        bytes: (index) => heap.bytes(state, index + 2),
      });
      if (result === null) this.#lua._lua_pushnil(state);
      else heap.push(state, result);
      return 1;
    } catch (error) {
      // What is no Error is Lua's own jump, and on its way.
      if (!(error instanceof Error)) throw error;
      this.#lua._lua_pushnil(state);
      heap.push(state, error.message);
      return 2;
    }
  }

  /** Called with no upvalue it wraps a Lua function in a C function; called as that C function it calls the Lua
   * function. A tail call to a C function keeps the frame of its caller, which errors then name. */
  #frame(state: number): number {
    const lua = this.#lua;
    const upvalue = REGISTRY - 1;
    if (lua._lua_type(state, upvalue) <= 0) {
      lua._lua_pushcclosure(state, this.#framed, 1);
      return 1;
    }
    lua._lua_pushvalue(state, upvalue);
    lua._lua_rotate(state, 1, 1);
    lua._lua_callk(state, lua._lua_gettop(state) - 1, MULTIPLE, 0, 0);
    return lua._lua_gettop(state);
  }
}
