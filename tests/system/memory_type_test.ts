import assert from "node:assert/strict";
import { isInMemory } from "../../src/system/memory_type.ts";

/** As the system's own program tells it. */
function typeOf(path: string): string {
  try {
    const { stdout } = new Deno.Command("stat", { args: ["-f", "-c", "%T", path] }).outputSync();
    return new TextDecoder().decode(stdout).trim();
  } catch {
    return "";
  }
}

Deno.test("what is in memory is told as the system's own program tells it", () => {
  for (const path of ["/", "/dev/shm", "/proc", "/dev/shm/not/there"]) {
    const expected = Deno.build.os === "linux" && ["tmpfs", "ramfs"].includes(typeOf(path));
    assert.equal(isInMemory(path), expected, path);
  }
});
