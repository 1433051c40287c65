/** Where `thread.ts` is. In the executable another file stands for this one: it holds the thread's whole code
 * (`scripts/compile/pieces.ts`). */
export const THREAD_URL = new URL("./thread.ts", import.meta.url).href;
