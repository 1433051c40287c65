/** Where the compiled executable starts: it carries the Lua machine beside itself, under a name that `deno compile`
 * does not take for a module. */
import { fileURLToPath } from "node:url";
import { wasmFile } from "../src/lua/wasm_file.ts";

wasmFile.path = fileURLToPath(new URL("./glue.bin", import.meta.url));
await import("../main.ts");
