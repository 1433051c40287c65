-- `build.cargo`: programs and libraries in Rust.
local S, part = ...
local declare, common, vendored = part "declare", part "common", part "vendored"
local append, cores = common.append, common.cores
local fail = S.fail

local OTHERS = {
  { "configure", "that is for build.autotools" }, { "CMakeLists.txt", "that is for build.cmake" },
  { "Makefile", "that is for build.make" },
}

local function need(ctx)
  if not ctx.exists("source/Cargo.toml") then common.wrong_builder(ctx, "Cargo.toml", OTHERS) end
  if not ctx.exists("source/Cargo.lock") then
    fail("there is no `Cargo.lock` in the source", {
      hint = "make one with `cargo generate-lockfile`, and give it as a patch or in `unpack`",
    })
  end
  common.need(ctx, { "cargo" }, "install it on this machine (Debian: apt install cargo), or name it in `tools`")
  ctx.env.CARGO_HOME = ctx.tmp .. "/cargo-home"
end

-- Cargo prints the configuration that makes it use what it vendored.
local function fetch(_, ctx)
  need(ctx)
  local settings = ctx.run({ "cargo", "vendor", "--locked", "--versioned-dirs", ctx.out }, { cwd = "source" })
  ctx.mkdir(ctx.out)
  local from, to = settings:find(ctx.out, 1, true)
  while from do
    settings = settings:sub(1, from - 1) .. "@vendor@" .. settings:sub(to + 1)
    from, to = settings:find(ctx.out, 1, true)
  end
  ctx.write(ctx.out .. "/settings.toml", settings)
end

local function configure(opts, ctx)
  need(ctx)
  common.need_compiler(opts, ctx)
  if not opts.vendor then return end
  -- A copy: messages of programs name the files that they come from, and are to name no object.
  ctx.copy(opts.vendor, "vendor")
  local settings = ctx.read("vendor/settings.toml")
  local function place() return ctx.tmp .. "/vendor" end
  ctx.write("cargo-home/config.toml", (settings:gsub("@vendor@", place)))
end

local function cargo(command)
  return function(opts, ctx)
    ctx.run(append({ "cargo", command, "--release", "--locked", "--offline", "-j", cores(opts, ctx) }, opts.flags), {
      cwd = "source", capture = false,
    })
  end
end

-- What is in the folder of the target itself: programs and libraries, beside folders and notes (.d).
local function install(_, ctx)
  local made = "source/target/release"
  for _, file in ipairs(ctx.file_types(made)) do
    if not file.path:find("/", 1, true) then
      local library = file.path:match("^lib.*%.so$") or file.path:match("^lib.*%.dylib$") or file.path:match("^lib.*%.a$")
      if library then ctx.copy(made .. "/" .. file.path, ctx.out .. "/lib/" .. file.path)
      elseif file.executable then ctx.copy(made .. "/" .. file.path, ctx.out .. "/bin/" .. file.path) end
    end
  end
  if not ctx.exists(ctx.out) then
    fail("there is no program and no library in target/release", {
      hint = "a workspace builds the members that its `default-members` or `flags = { \"-p\", … }` name",
    })
  end
end

local builder = {
  name = "cargo", fields = { "vendor" },
  steps = { configure = configure, build = cargo "build", check = cargo "test", install = install },
  prepare = function(what, spec, opts) vendored(what, spec, opts, fetch) end,
}
return function(spec) return declare(builder, spec) end
