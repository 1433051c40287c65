-- `build.python`: programs in Python. A `requirements.txt` with hashes names what they need, also to be built.
local S, part = ...
local declare, common, vendored, wrap = part "declare", part "common", part "vendored", part "wrap"
local append = common.append
local fail = S.fail

local PIP = { "python3", "-m", "pip", "--disable-pip-version-check", "--no-cache-dir" }

local function pip(...) return append(append({}, PIP), { ... }) end

local function need(ctx)
  if not ctx.exists("source/pyproject.toml") and not ctx.exists("source/setup.py") then
    common.wrong_builder(ctx, "pyproject.toml", { { "Makefile", "that is for build.make" } })
  end
  common.need(ctx, { "python3" }, "install it on this machine (Debian: apt install python3-pip), or name it in `tools`")
  if ctx.run(pip("--version"), { check = false }) == "" then
    fail("python3 has no pip", { hint = "install it on this machine (Debian: apt install python3-pip)" })
  end
end

local function fetch(_, ctx)
  need(ctx)
  if not ctx.exists("source/requirements.txt") then
    fail("there is no `requirements.txt` in the source", {
      hint = "each line of it is `name==version --hash=sha256:…`; `pip-compile --generate-hashes` writes one",
    })
  end
  ctx.run(pip("download", "--require-hashes", "--no-deps", "-r", "requirements.txt", "-d", ctx.out), {
    cwd = "source", capture = false,
  })
  ctx.mkdir(ctx.out)
end

local function configure(opts, ctx)
  need(ctx)
  local env = ctx.env
  env.PIP_NO_INDEX, env.PIP_FIND_LINKS = "1", opts.vendor
end

-- Compiled files hold times; Python does without where it cannot write.
local function install_into(opts, ctx, ...)
  local target = ctx.out .. "/lib/python"
  ctx.run(append(pip("install", "--no-compile", "--no-warn-script-location", "--target", target, ...), opts.flags), {
    cwd = "source", capture = false,
  })
end

local function check(_, ctx) ctx.run({ "python3", "-m", "unittest" }, { cwd = "source", capture = false }) end

local function install(opts, ctx)
  if opts.vendor then install_into(opts, ctx, "--require-hashes", "--no-deps", "-r", "requirements.txt") end
  -- Without anything vendored it is built by what this machine has.
  install_into(opts, ctx, "--upgrade", "--no-deps", opts.vendor and "--no-input" or "--no-build-isolation", ".")
  local paths = { ctx.out .. "/lib/python" }
  -- It names the folder of the build.
  for _, path in ipairs(ctx.glob(paths[1] .. "/*.dist-info/direct_url.json")) do ctx.remove(path) end
  for _, folder in ipairs(opts.deps) do
    if ctx.exists(folder .. "/lib/python") then paths[#paths + 1] = folder .. "/lib/python" end
  end
  if not ctx.exists(paths[1] .. "/bin") then return end
  ctx.move(paths[1] .. "/bin", ctx.out .. "/bin")
  for _, name in ipairs(ctx.list(ctx.out .. "/bin")) do
    wrap(ctx, ctx.out .. "/bin/" .. name, { prefix = { PYTHONPATH = paths } })
  end
end

local builder = {
  name = "python", fields = { "vendor" },
  steps = { configure = configure, build = nil, check = check, install = install },
  prepare = function(what, spec, opts) vendored(what, spec, opts, fetch) end,
}
return function(spec) return declare(builder, spec) end
