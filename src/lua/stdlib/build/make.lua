-- `build.make`: a Makefile without configure. The flags are given to each make, after the prefix.
local S, part = ...
local declare, common, make = part "declare", part "common", part "make_steps"
local append = common.append

local OTHERS = {
  { "configure", "that is for build.autotools" }, { "CMakeLists.txt", "that is for build.cmake" },
  { "meson.build", "that is for build.meson" }, { "Cargo.toml", "that is for build.cargo" },
}

local function variables(opts, ctx)
  return append({ "PREFIX=" .. ctx.out, "prefix=" .. ctx.out }, opts.flags)
end

local function configure(opts, ctx)
  for _, name in ipairs { "Makefile", "makefile", "GNUmakefile" } do
    if ctx.exists("source/" .. name) then return common.need_compiler(opts, ctx) end
  end
  common.wrong_builder(ctx, "Makefile", OTHERS)
end

local function target(name)
  return function(opts, ctx) make.run(opts, ctx, append(variables(opts, ctx), { name })) end
end

local builder = {
  name = "make",
  steps = { configure = configure, build = target(nil), check = target("check"), install = target("install") },
}
return function(spec) return declare(builder, spec) end
