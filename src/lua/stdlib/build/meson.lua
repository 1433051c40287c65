-- `build.meson`: configured in `build`, beside the source.
local S, part = ...
local declare, common = part "declare", part "common"
local append, has, cores = common.append, common.has, common.cores

local OTHERS = {
  { "configure", "that is for build.autotools" }, { "CMakeLists.txt", "that is for build.cmake" },
  { "Cargo.toml", "that is for build.cargo" }, { "Makefile", "that is for build.make" },
}

local function configure(opts, ctx)
  if not ctx.exists("source/meson.build") then common.wrong_builder(ctx, "meson.build", OTHERS) end
  for _, program in ipairs { "meson", "ninja" } do
    common.need(ctx, { program },
      "install them on this machine (Debian: apt install meson ninja-build), or name them in `tools`")
  end
  common.need_compiler(opts, ctx)
  local libraries = has(ctx, "lib") and ctx.outputs.lib .. "/lib" or "lib"
  ctx.run(append({
    "meson", "setup", "build", "source", "--prefix=" .. ctx.out, "--libdir=" .. libraries, "--buildtype=release",
    "--wrap-mode=nodownload",
  }, opts.flags), { capture = false })
end

local function build(opts, ctx) ctx.run({ "ninja", "-C", "build", "-j", cores(opts, ctx) }, { capture = false }) end
local function check(_, ctx) ctx.run({ "meson", "test", "-C", "build" }, { capture = false }) end
local function install(_, ctx) ctx.run({ "meson", "install", "-C", "build", "--no-rebuild" }, { capture = false }) end

local builder = {
  name = "meson", steps = { configure = configure, build = build, check = check, install = install },
}
return function(spec) return declare(builder, spec) end
