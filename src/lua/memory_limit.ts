/** Takes a limit, gives a Lua state that cannot have more memory, and knows the line that asked for it. */
import { SysError } from "../errors.ts";
import type { CallStack, Frame } from "./call_stack.ts";
import type { LuaModule } from "./heap.ts";

export class MemoryLimit {
  /** The Lua state. */
  readonly state: number;
  readonly #lua: LuaModule;
  readonly #mebibytes: number;
  readonly #allocator: number;
  #used = 0;
  #place: Frame | undefined;

  constructor(lua: LuaModule, stack: CallStack, mebibytes: number) {
    this.#lua = lua;
    this.#mebibytes = mebibytes;
    const limit = mebibytes * 1024 * 1024;
    const { _realloc, _free } = lua;
    const refuse = () => {
      if (this.state) this.#place = stack.frames(this.state, 1)[0];
      return 0;
    };
    this.#allocator = lua.addFunction((_data, pointer, oldSize, newSize) => {
      const before = pointer === 0 ? 0 : oldSize;
      if (newSize === 0) {
        this.#used -= before;
        if (pointer !== 0) _free(pointer);
        return 0;
      }
      const after = this.#used + newSize - before;
      if (newSize > before && after > limit) return refuse();
      const given = _realloc(pointer, newSize);
      if (given === 0) return refuse();
      this.#used = after;
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
  }
}
