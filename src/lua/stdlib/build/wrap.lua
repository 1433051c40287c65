-- `build.wrap`: puts a small script in the place of a program, which sets variables and starts it.
local S = ...
local fail, format, type, pairs, ipairs, concat = S.fail, string.format, type, pairs, ipairs, table.concat

local FIELDS = { env = true, prefix = true }

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function sorted(t)
  local names = {}
  for name in pairs(t or {}) do
    if type(name) ~= "string" or not name:find("^[%a_][%w_]*$") then
      fail(format("build.wrap: \"%s\" is no name for a variable", tostring(name)))
    end
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

return function(ctx, program, options)
  if type(program) ~= "string" then fail("build.wrap: expected the path of a program after `ctx`") end
  for field in pairs(options or {}) do
    if not FIELDS[field] then
      fail(format("build.wrap: there is no field `%s`", tostring(field)), { hint = "its fields are env, prefix" })
    end
  end
  options = options or {}
  local folder, name = program:match("^(.*)/([^/]+)$")
  if not folder or not ctx.exists(program) then
    fail(format("build.wrap: there is no program %s", program), {
      hint = "it is a path in an output, such as ctx.out .. \"/bin/name\"",
    })
  end
  local hidden = folder .. "/." .. name .. "-wrapped"
  local lines = { "#!/bin/sh" }
  for _, variable in ipairs(sorted(options.env)) do
    lines[#lines + 1] = format("export %s=%s", variable, quoted(tostring(options.env[variable])))
  end
  for _, variable in ipairs(sorted(options.prefix)) do
    local value = options.prefix[variable]
    if type(value) == "table" then value = concat(value, ":") end
    lines[#lines + 1] = format("export %s=%s\"${%s:+:$%s}\"", variable, quoted(value), variable, variable)
  end
  lines[#lines + 1] = format("exec %s \"$@\"", quoted(hidden))
  ctx.move(program, hidden)
  ctx.write(program, concat(lines, "\n") .. "\n", { executable = true })
end
