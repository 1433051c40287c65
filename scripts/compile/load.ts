/** Entry of the executable: runs `main.ts`. */
import { scripted } from "./scripted.ts";

await scripted("main").run();
