/** Numbers that `wasm/sys.c` and its host have in common. */

/** How a call ended: Lua's status. */
export const OK = 0, OUT_OF_MEMORY = 4;

/** What `tick` answers. */
export const GO_ON = 0, STOP = 1, PAUSE = 2;
