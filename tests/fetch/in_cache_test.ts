/** What lies in the way in the cache, or is damaged there: the error says that the cache can go. */
import assert from "node:assert/strict";
import { download } from "../../src/fetch/http/download.ts";
import { SysError } from "../../src/errors.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";

function withFile(path: string) {
  const system = memorySystem();
  if (path !== "/cache") system.fs.mkdir("/cache", 0o755);
  system.fs.create(path, 0o644).close();
  return system;
}

for (const path of ["/cache", "/cache/downloads"]) {
  Deno.test(`a file in the place of ${path}: the error says what helps`, async () => {
    const { signal } = new AbortController();
    const wanted = { urls: ["http://localhost/x"], digest: null, signal };
    await assert.rejects(
      download(withFile(path), "/cache", wanted),
      (thrown) => thrown instanceof SysError && /^move \/cache away: /.test(thrown.hint ?? ""),
    );
  });
}

Deno.test("a full disk keeps its own hint", async () => {
  const system = memorySystem();
  const { signal } = new AbortController();
  Object.assign(system.fs.disk, { capacity: 0 });
  const network = { send: () => Promise.resolve(new Response("x")) };
  await assert.rejects(
    download({ ...system, network } as never, "/cache", {
      urls: ["http://localhost/x"],
      digest: null,
      signal,
    }),
    (thrown) => thrown instanceof SysError && !/^move/.test(thrown.hint ?? ""),
  );
});
