/** What is loaded only when it is needed: archive formats, text formats, the Git inside sys. In the compiled
 * executable each is a piece of its own, which must be found there and be whole. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { commit, hasGit } from "../support/git_repository.ts";
import { serveGitOverHttp } from "../support/git_server.ts";
import { type Story, story } from "../support/story.ts";

const PACKERS: Record<string, string> = {
  "a.tar": "tar cf a.tar pack",
  "a.tar.gz": "tar czf a.tar.gz pack",
  "a.tar.xz": "tar cJf a.tar.xz pack",
  "a.tar.bz2": "tar cjf a.tar.bz2 pack",
  "a.tar.zst": "tar cf - pack | zstd -q > a.tar.zst",
  "a.zip": "zip -qr a.zip pack",
};
/** Unpacked in a thread, being larger than what is worth one. */
const LARGE: Record<string, string> = {
  "a.tar.gz": "gzip -1",
  "a.tar.xz": "xz -0",
  "a.tar.bz2": "bzip2 -1",
  "a.tar.zst": "zstd -q",
};
const missing = await missingPrograms(["tar", "gzip", "xz", "bzip2", "zstd", "zip"]);

story(
  `every kind of archive${missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : ""}`,
  async (s) => {
    s.write("pack/hello.txt", "hello from the archive\n");
    const archives: string[] = [];
    for (const [name, line] of Object.entries(PACKERS)) {
      assert.equal((await s.shell(line, { unseen: true })).code, 0, line);
      const digest = createHash("sha256").update(Deno.readFileSync(s.at(name))).digest("hex");
      archives.push(`["${name}"] = { "file://${s.at(name)}", "${digest}" },`);
    }
    s.write(
      "init.lua",
      `local M = {}
function M.setup()
  for name, archive in pairs {
    ${archives.join("\n    ")}
  } do
    local unpacked = derive {
      name = "unpacked", version = name, opts = archive,
      config = function(opts, ctx)
        ctx.unpack(ctx.fetch_url(opts[1], opts[2]), ctx.out, { strip = 1 })
      end,
    }
    file { path = "~/unpacked/" .. name, source = unpacked.out .. "/hello.txt" }
  end
end
return M
`,
    );
    const { code, stderr } = await s.sys(["apply"], { unseen: true });
    assert.equal(code, 0, stderr);
    for (const name of Object.keys(PACKERS)) {
      assert.equal(s.read(`unpacked/${name}`), "hello from the archive\n", name);
    }
  },
  { ignore: missing.length > 0 },
);

story(
  `large archives${missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : ""}`,
  async (s) => {
    const noise = new Uint8Array(5 << 20);
    for (let at = 0; at < noise.length; at += 65536) {
      crypto.getRandomValues(noise.subarray(at, at + 65536));
    }
    s.write("pack/noise", "");
    Deno.writeFileSync(s.at("pack/noise"), noise);
    const archives: string[] = [];
    for (const [name, program] of Object.entries(LARGE)) {
      const line = `tar cf - pack | ${program} > ${name}`;
      assert.equal((await s.shell(line, { unseen: true })).code, 0, line);
      const bytes = Deno.readFileSync(s.at(name));
      assert.ok(bytes.length > 4 << 20);
      const digest = createHash("sha256").update(bytes).digest("hex");
      archives.push(`{ "file://${s.at(name)}", "${digest}", "${name}" },`);
    }
    s.write(
      "init.lua",
      `return { setup = function()
  for _, archive in ipairs { ${archives.join(" ")} } do
    local unpacked = derive { name = "unpacked", opts = archive, config = function(opts, ctx)
      ctx.unpack(ctx.fetch_url(opts[1], opts[2]), ctx.out, { strip = 1 })
    end }
    file { path = "~/unpacked/" .. archive[3], source = unpacked.out .. "/noise" }
  end
end }
`,
    );
    const { code, stderr } = await s.sys(["apply", "."], { cwd: ".", unseen: true });
    assert.equal(code, 0, stderr);
    for (const name of Object.keys(LARGE)) {
      const found = Deno.readFileSync(s.at(`unpacked/${name}`));
      assert.ok(Buffer.compare(found, noise) === 0, name);
    }
  },
  { ignore: missing.length > 0 },
);

story("every kind of text", async (s) => {
  s.write(
    "init.lua",
    `local lib = require("syslua.lib")
local M = {}
function M.setup()
  local data = { name = "x", list = lib.list { 1, 2.5, "three" } }
  for format, pair in pairs {
    json = { lib.toJSON, lib.fromJSON },
    toml = { lib.toTOML, lib.fromTOML },
    yaml = { lib.toYAML, lib.fromYAML },
  } do
    local there, back = pair[1], pair[2]
    local again = back(there(data))
    assert(again.name == "x" and again.list[1] == 1 and again.list[2] == 2.5 and again.list[3] == "three", format)
    file { path = "~/made." .. format, content = there(data) }
  end
end
return M
`,
  );
  const { code, stderr } = await s.sys(["apply"], { unseen: true });
  assert.equal(code, 0, stderr);
  assert.match(s.read("made.toml"), /name = "x"/);
  assert.match(s.read("made.yaml"), /name: x/);
  assert.deepEqual(JSON.parse(s.read("made.json")), { name: "x", list: [1, 2.5, "three"] });

  s.write(
    "init.lua",
    s.read("init.lua").replaceAll('name = "x"', 'name = "y"').replace('== "x"', '== "y"'),
  );
  assert.equal((await s.sys(["apply"], { unseen: true })).code, 0);
  assert.match((await s.sys(["diff"], { unseen: true })).stdout, /-name = "x"\n *\+name = "y"/);
});

story(
  `an input without a git program${hasGit ? "" : " (skipped: there is no git to serve it)"}`,
  async (s) => {
    const rev = commit(s.at("served/lib"), { "init.lua": 'return { greeting = "hello" }' });
    const server = serveGitOverHttp(s.at("served"));
    try {
      s.write("init.lua", config(`git:${server.url}/lib`));
      const { code, stderr } = await s.sys(["apply"], {
        unseen: true,
        env: { PATH: s.at("nothing") },
      });
      assert.equal(code, 0, stderr);
    } finally {
      await server.stop();
    }
    assert.equal(s.read("greeting"), `hello ${rev}`);
    assert.equal(JSON.parse(s.read("syslua.lock")).inputs.lib.rev, rev);
  },
  { ignore: !hasGit },
);

story(
  `an input that is a tarball${missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : ""}`,
  async (s) => {
    s.write("pack/init.lua", 'return { greeting = "hello" }');
    assert.equal((await s.shell("tar cJf a.tar.xz pack", { unseen: true })).code, 0);
    s.write("init.lua", config(`tarball:file://${s.at("a.tar.xz")}`));
    const apply = (...flags: string[]) => s.sys(["apply", ...flags], { unseen: true });
    const { code, stderr } = await apply();
    assert.equal(code, 0, stderr);
    assert.equal(s.read("greeting"), "hello nil");
    await moved(s, apply);
  },
  { ignore: missing.length > 0 },
);

/** Another content than the locked one is refused, before anything is touched. */
async function moved(s: Story, apply: () => Promise<{ code: number; stderr: string }>) {
  s.write("pack/init.lua", 'return { greeting = "goodbye" }');
  assert.equal((await s.shell("tar cJf a.tar.xz pack", { unseen: true })).code, 0);
  assert.equal((await apply()).code, 0);
  assert.equal((await s.shell("chmod -R u+w .cache && rm -r .cache", { unseen: true })).code, 0);
  const { code, stderr } = await apply();
  assert.equal(code, 3);
  assert.match(stderr, /not what the lock says/);
  assert.equal(s.read("greeting"), "hello nil");
}

function config(url: string): string {
  return `local M = {}
M.inputs = { lib = "${url}" }
function M.setup(inputs)
  local lib = require("inputs.lib")
  file { path = "~/greeting", content = lib.greeting .. " " .. tostring(inputs.lib.rev) }
end
return M
`;
}

async function missingPrograms(names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    names.map((name) =>
      new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).output()
        .then(({ success }) => success, () => false)
    ),
  );
  return names.filter((_, n) => !found[n]);
}
