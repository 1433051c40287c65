-- `build.autotools`: `./configure`, `make`, `make install`.
local S, part = ...
local declare, common = part "declare", part "common"
local make = part "make_steps"
local append, has = common.append, common.has
local fail, pcall = S.fail, pcall

-- What configure notes before it lists what it found says why it failed.
local NOTES = "sed '/^## Cache variables/,$d' config.log | tail -n 30"

local OTHERS = {
  { "CMakeLists.txt", "that is for build.cmake" }, { "meson.build", "that is for build.meson" },
  { "configure.ac", "put autoconf and automake into `tools`, and give `configure = function(opts, ctx, default) "
    .. "ctx.run(\"autoreconf -fi\", { cwd = \"source\" }) default() end`" },
  { "Cargo.toml", "that is for build.cargo" }, { "Makefile", "that is for build.make" },
}

local function configure(opts, ctx)
  if not ctx.exists("source/configure") then common.wrong_builder(ctx, "configure", OTHERS) end
  common.need_compiler(opts, ctx)
  local command = { "./configure", "--prefix=" .. ctx.out }
  if has(ctx, "lib") then append(command, { "--libdir=" .. ctx.outputs.lib .. "/lib" }) end
  ctx.chmod("source/configure", "0755")
  local ok, message = pcall(ctx.run, append(command, opts.flags), { cwd = "source", capture = false })
  if ok then return end
  if ctx.exists("source/config.log") then ctx.run(NOTES, { cwd = "source" }) end
  fail(message)
end

local builder = {
  name = "autotools",
  steps = { configure = configure, build = make.build, check = make.check, install = make.install },
}
return function(spec) return declare(builder, spec) end
