-- The steps of whatever has a Makefile in `source`. `variables` are given to each make.
local S, part = ...
local common = part "common"
local append, jobs = common.append, common.jobs

local make = {}

function make.run(opts, ctx, arguments)
  common.need(ctx, { "make" }, "install it on this machine (Debian: apt install make), or name it in `tools`")
  ctx.run(append({ "make" }, arguments), { cwd = "source", env = jobs(opts, ctx), capture = false })
end

function make.build(opts, ctx) make.run(opts, ctx, {}) end
function make.check(opts, ctx) make.run(opts, ctx, { "check" }) end
function make.install(opts, ctx) make.run(opts, ctx, { "install" }) end

return make
