-- The steps of whatever has a Makefile in `source`. `variables` are given to each make.
local S, part = ...
local common = part "common"
local append, jobs = common.append, common.jobs

local function run(opts, ctx, arguments)
  common.need(ctx, { "make" }, "install it on this machine (Debian: apt install make), or name it in `tools`")
  ctx.run(append({ "make" }, arguments), { cwd = "source", env = jobs(opts, ctx), capture = false })
end

return {
  run = run,
  build = function(opts, ctx) run(opts, ctx, {}) end,
  check = function(opts, ctx) run(opts, ctx, { "check" }) end,
  install = function(opts, ctx) run(opts, ctx, { "install" }) end,
}
