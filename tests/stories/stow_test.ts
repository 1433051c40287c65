import assert from "node:assert/strict";
import { story } from "../support/story.ts";

const CONFIG = `return { setup = function()
  file { path = "~/.config/nvim/init.lua", source = "./nvim/init.lua" }
  file { path = "~/.config/nvim/lua/x.lua", source = "./nvim/lua/x.lua" }
end }
`;

story("a home that stow has linked keeps its repository", async (s) => {
  const quiet = { unseen: true };
  s.write("dotfiles/init.lua", CONFIG);
  s.write("dotfiles/nvim/init.lua", "-- init\n");
  s.write("dotfiles/nvim/lua/x.lua", "-- x\n");
  Deno.mkdirSync(s.at(".config"));
  Deno.symlinkSync("../dotfiles/nvim", s.at(".config/nvim"));
  const whole = () => {
    assert.equal(Deno.lstatSync(s.at("dotfiles/nvim/init.lua")).isFile, true);
    assert.equal(Deno.lstatSync(s.at("dotfiles/nvim/lua/x.lua")).isFile, true);
  };
  const refused = await s.sys(["apply", "dotfiles"], quiet);
  assert.equal(refused.code, 6, refused.stderr);
  assert.match(refused.stderr, /\.config\/nvim[^]*--replace/);
  whole();
  assert.equal(Deno.readLinkSync(s.at(".config/nvim")), "../dotfiles/nvim");
  const plan = await s.sys(["plan", "dotfiles"], quiet);
  assert.match(plan.stdout, /a link into what the config reads becomes a folder/);

  const applied = await s.sys(["apply", "dotfiles", "--replace"], quiet);
  assert.equal(applied.code, 0, applied.stderr);
  whole();
  assert.ok(Deno.lstatSync(s.at(".config/nvim")).isDirectory);
  assert.equal(s.read(".config/nvim/lua/x.lua"), "-- x\n");
  assert.equal((await s.sys(["status"], quiet)).code, 0);
  assert.match((await s.sys(["plan", "dotfiles"], quiet)).stdout, /Nothing to do/);

  // What stow had made comes back.
  assert.equal((await s.sys(["destroy", "--yes"], quiet)).code, 0);
  assert.equal(Deno.readLinkSync(s.at(".config/nvim")), "../dotfiles/nvim");
  whole();
});

const IN_THE_WAY: Record<string, string> = {
  "the root": "~/.local/share/syslua/snapshots/1.json",
  "the root itself": "~/.local/share/syslua",
  "an object": "~/.local/share/syslua/store/obj/x",
  "the cache": "~/.cache/syslua/x",
  "the root of the system": "/syslua/store/x",
  "the root by a link": "~/elsewhere/snapshots/1.json",
};

for (const [what, target] of Object.entries(IN_THE_WAY)) {
  story(`a config may not have a target in sys.lua's own places: ${what}`, async (s) => {
    const config = (path: string) =>
      s.write(
        "c/init.lua",
        `return { setup = function() file { path = "${path}", content = "x", force = true } end }`,
      );
    config("~/fine");
    assert.equal((await s.sys(["apply", "c"], { unseen: true })).code, 0);
    Deno.symlinkSync(s.root, s.at("elsewhere"));
    config(target);
    const { code, stderr } = await s.sys(["apply", "c", "--replace"], { unseen: true });
    assert.equal(code, 3, stderr);
    assert.match(stderr, /is sys\.lua's own/);
    assert.equal((await s.sys(["status"], { unseen: true })).code, 0);
  });
}
