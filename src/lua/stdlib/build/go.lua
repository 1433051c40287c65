-- `build.go`: programs in Go. Flags that begin with a dot are the packages to build; all without one.
local S, part = ...
local declare, common, vendored = part "declare", part "common", part "vendored"
local append, cores = common.append, common.cores
local fail = S.fail

local OTHERS = {
  { "configure", "that is for build.autotools" }, { "CMakeLists.txt", "that is for build.cmake" },
  { "Makefile", "that is for build.make" },
}

local function need(ctx)
  if not ctx.exists("source/go.mod") then common.wrong_builder(ctx, "go.mod", OTHERS) end
  common.need(ctx, { "go" }, "install it on this machine (Debian: apt install golang-go), or name it in `tools`")
  local env = ctx.env
  env.GOPATH, env.GOCACHE = ctx.tmp .. "/go", ctx.tmp .. "/go-cache"
  -- No other version of Go is fetched than the one that is there.
  env.GOTOOLCHAIN, env.GOFLAGS = env.GOTOOLCHAIN or "local", env.GOFLAGS or "-modcacherw"
end

local function fetch(_, ctx)
  need(ctx)
  ctx.mkdir(ctx.out)
  ctx.run({ "go", "mod", "vendor", "-o", ctx.out }, { cwd = "source", capture = false })
end

local function configure(opts, ctx)
  need(ctx)
  if not opts.vendor then return end
  ctx.remove("source/vendor")
  ctx.copy(opts.vendor, "source/vendor")
end

-- Without names of folders and without ids, which would differ.
local function build(opts, ctx)
  local command = { "go", "install", "-trimpath", "-buildvcs=false", "-ldflags=-buildid=", "-p", cores(opts, ctx) }
  if ctx.exists("source/vendor") then append(command, { "-mod=vendor" }) end
  local named
  for _, flag in ipairs(opts.flags) do named = named or flag:sub(1, 1) == "." end
  append(append(command, opts.flags), named and {} or { "./..." })
  ctx.run(command, { cwd = "source", env = { GOBIN = ctx.tmp .. "/bin" }, capture = false })
end

local function check(opts, ctx)
  ctx.run({ "go", "test", "-p", cores(opts, ctx), "./..." }, { cwd = "source", capture = false })
end

local function install(_, ctx)
  if not ctx.exists("bin") then
    fail("there is no program in the source", { hint = "`flags = { \"./cmd/name\" }` names the package of one" })
  end
  ctx.copy("bin", ctx.out .. "/bin")
end

local builder = {
  name = "go", fields = { "vendor" },
  steps = { configure = configure, build = build, check = check, install = install },
  prepare = function(what, spec, opts) vendored(what, spec, opts, fetch) end,
}
return function(spec) return declare(builder, spec) end
