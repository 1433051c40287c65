/** Where the Lua machine's wasm file lies. Left alone, it is found beside the npm package; the compiled executable
 * carries it under another name and sets this before the first machine is made. A file of its own, so that setting
 * it loads nothing. */
export const wasmFile: { path: string | undefined } = { path: undefined };
