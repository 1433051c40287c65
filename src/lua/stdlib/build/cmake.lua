-- `build.cmake`: configured in `build`, beside the source.
local S, part = ...
local declare, common = part "declare", part "common"
local append, has, jobs, cores = common.append, common.has, common.jobs, common.cores

local OTHERS = {
  { "configure", "that is for build.autotools" }, { "meson.build", "that is for build.meson" },
  { "Cargo.toml", "that is for build.cargo" }, { "Makefile", "that is for build.make" },
}

local function configure(opts, ctx)
  if not ctx.exists("source/CMakeLists.txt") then common.wrong_builder(ctx, "CMakeLists.txt", OTHERS) end
  common.need(ctx, { "cmake" }, "install it on this machine (Debian: apt install cmake), or name it in `tools`")
  common.need_compiler(opts, ctx)
  local libraries = has(ctx, "lib") and ctx.outputs.lib .. "/lib" or "lib"
  ctx.run(append({
    "cmake", "-S", "source", "-B", "build", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_INSTALL_PREFIX=" .. ctx.out,
    "-DCMAKE_INSTALL_LIBDIR=" .. libraries, "-DCMAKE_INSTALL_RPATH_USE_LINK_PATH=ON",
    "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF", "-DCMAKE_EXPORT_NO_PACKAGE_REGISTRY=ON",
    opts.check and "-DBUILD_TESTING=ON" or "-DBUILD_TESTING=OFF",
  }, opts.flags), { capture = false })
end

local function build(opts, ctx)
  local command = { "cmake", "--build", "build" }
  -- Only make knows make's jobserver.
  if ctx.exists("build/build.ninja") then append(command, { "--parallel", cores(opts, ctx) }) end
  ctx.run(command, { env = jobs(opts, ctx), capture = false })
end

local function check(opts, ctx)
  ctx.run({ "ctest", "--output-on-failure", "--parallel", cores(opts, ctx) }, { cwd = "build", capture = false })
end

local function install(_, ctx) ctx.run({ "cmake", "--install", "build" }, { capture = false }) end

local builder = {
  name = "cmake", steps = { configure = configure, build = build, check = check, install = install },
}
return function(spec) return declare(builder, spec) end
