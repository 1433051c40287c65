-- Takes the steps of a build, does them in order.
local S, part = ...
local environment, split = part "environment", part "split"
local fail, format, type, ipairs, pairs = S.fail, string.format, type, ipairs, pairs

local ORDER = { "unpack", "patch", "configure", "build", "check", "install", "finish" }

local function check_flags(flags)
  if type(flags) ~= "table" then
    fail(format("`flags` gave a %s where a list of texts is expected", type(flags)))
  end
  return flags
end

local function check_outputs(ctx)
  for name, path in pairs(ctx.outputs) do
    if not ctx.exists(path) then
      local place = name == "out" and "ctx.out" or "ctx.outputs." .. name
      fail(format("nothing was installed for the output `%s`", name), {
        hint = format("`install = function(opts, ctx, default) default() … end` can put it into %s", place),
      })
    end
  end
end

--- `own` are the user's steps; `flags` is the function that gives the flags, where it is one.
return function(defaults, own, flags, opts, ctx)
  if flags then opts.flags = check_flags(flags(opts, ctx)) end
  environment(opts, ctx)
  for _, name in ipairs(ORDER) do
    local default, step = defaults[name], own[name]
    local function by_default()
      if default then default(opts, ctx) end
    end
    if step then step(opts, ctx, by_default)
    elseif name ~= "check" or opts.check then by_default() end
    if name == "install" then split(opts, ctx) end
  end
  check_outputs(ctx)
end
