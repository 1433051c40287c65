/** The suites of Windows once more, where `node:path` is what it is there: no room depends on the form that the host's
 * has. */
import assert from "node:assert/strict";
import { fromFileUrl } from "../support/paths.ts";
import { withTemporary } from "../support/temporary.ts";

const PROJECT = new URL("../../", import.meta.url);
const SUITES = ["tests/system/windows_fs_test.ts", "tests/stories/worlds_test.ts"];

Deno.test("windows: no room depends on the host's form of paths", () =>
  withTemporary(async (dir) => {
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", PROJECT)));
    const win32 = new URL("../support/worlds/win32_path.ts", import.meta.url).href;
    const scopes = { [new URL("src/", PROJECT).href]: { "node:path": win32 } };
    await Deno.writeTextFile(`${dir}/map.json`, JSON.stringify({ imports, scopes }));
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "-A",
        "--no-check",
        `--import-map=${dir}/map.json`,
        "--filter=windows:",
        ...SUITES,
      ],
      cwd: fromFileUrl(PROJECT),
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.ok(success, said);
    assert.match(said, /ok \| [1-9][0-9]+ passed/);
  }));
