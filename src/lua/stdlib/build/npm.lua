-- `build.npm`: programs for Node.js. What the lock file names is fetched without running any of it.
local S, part = ...
local declare, common, vendored = part "declare", part "common", part "vendored"
local append = common.append
local from_json = S.data_functions.fromJSON
local fail, format, concat, pairs, ipairs, type, next = S.fail, string.format, table.concat, pairs, ipairs, type, next

-- What is published has no lock file; who needs no others can do without.
local function is_alone(ctx)
  if ctx.exists("source/node_modules") then return true end
  return next(from_json(ctx.read("source/package.json")).dependencies or {}) == nil
end

local function need(ctx, locked)
  for _, name in ipairs { "package.json", "package-lock.json" } do
    local spared = name == "package-lock.json" and not locked and is_alone(ctx)
    if not spared and not ctx.exists("source/" .. name) then
      fail(format("there is no `%s` in the source", name), {
        hint = name == "package.json" and "it has " .. concat(ctx.list("source"), ", ")
          or "make one with `npm install --package-lock-only`, and give it as a patch or in `unpack`",
      })
    end
  end
  common.need(ctx, { "npm" }, "install it on this machine (Debian: apt install npm), or name it in `tools`")
  local env = ctx.env
  env.npm_config_cache, env.npm_config_update_notifier = ctx.tmp .. "/npm-cache", "false"
  env.npm_config_audit, env.npm_config_fund = "false", "false"
end

local function fetch(_, ctx)
  need(ctx, true)
  ctx.run({ "npm", "ci", "--ignore-scripts" }, { cwd = "source", capture = false })
  if ctx.exists("source/node_modules") then ctx.copy("source/node_modules", ctx.out .. "/node_modules")
  else ctx.mkdir(ctx.out) end
end

local function configure(opts, ctx)
  need(ctx, opts.vendor ~= nil)
  if opts.vendor and ctx.exists(opts.vendor .. "/node_modules") then
    ctx.copy(opts.vendor .. "/node_modules", "source/node_modules")
  end
  ctx.env.npm_config_offline = "true"
end

local function build(opts, ctx)
  if ctx.exists("source/node_modules") then
    ctx.run({ "npm", "rebuild", "--offline" }, { cwd = "source", capture = false })
  end
  ctx.run(append({ "npm", "run", "build", "--if-present" }, opts.flags), { cwd = "source", capture = false })
end

local function check(_, ctx) ctx.run({ "npm", "test" }, { cwd = "source", capture = false }) end

-- `bin` is a path, or paths by the names of programs.
local function programs(package)
  local bin = package.bin or {}
  if type(bin) == "string" then return { [package.name:match("[^/]+$")] = bin } end
  return bin
end

local function install(_, ctx)
  local package = from_json(ctx.read("source/package.json"))
  if ctx.exists("source/node_modules") then
    ctx.run({ "npm", "prune", "--omit=dev", "--offline", "--ignore-scripts" }, { cwd = "source", capture = false })
  end
  local home = "lib/node_modules/" .. package.name
  ctx.copy("source", ctx.out .. "/" .. home)
  -- It has a date in it.
  ctx.remove(ctx.out .. "/" .. home .. "/node_modules/.package-lock.json")
  for name, path in pairs(programs(package)) do
    local file = home .. "/" .. path:gsub("^%./", "")
    ctx.chmod(ctx.out .. "/" .. file, "0755")
    ctx.symlink("../" .. file, ctx.out .. "/bin/" .. name)
  end
end

local builder = {
  name = "npm", fields = { "vendor" },
  steps = { configure = configure, build = build, check = check, install = install },
  prepare = function(what, spec, opts) vendored(what, spec, opts, fetch) end,
}
return function(spec) return declare(builder, spec) end
