import assert from "node:assert/strict";
import { story } from "../support/story.ts";

const CONFIG = `
return { setup = function()
  local free = derive { name = "free", config = function(_, ctx) ctx.write(ctx.out, "text") end }
  local movable = derive { name = "movable", config = function(_, ctx)
    ctx.write(ctx.out .. "/bin/run", "#!/bin/sh\\nexec " .. free.out)
  end }
  local bound = derive { name = "bound", config = function(_, ctx)
    ctx.write(ctx.out .. "/text", free.out)
    ctx.write(ctx.out .. "/bin/run", "\\0" .. free.out .. "\\0")
  end }
end }
`;

story("it is told which objects could be used elsewhere, and what is in the way", async (s) => {
  s.write("init.lua", CONFIG);
  for (const name of ["free", "movable", "bound"]) {
    await s.sys(["build", "--quiet", "--explain-bound", name]);
  }
  const { stdout } = await s.sys(["store", "path", "--json", "free", "movable", "bound"]);
  const { objects } = JSON.parse(stdout) as { objects: { kind: string }[] };
  assert.deepEqual(objects.map(({ kind }) => kind), ["free", "movable", "bound"]);
});
