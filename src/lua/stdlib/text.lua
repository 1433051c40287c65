-- `syslua.lib`: texts and paths.
local S = ...
local type, format, concat = type, string.format, table.concat

local function text(what, value, position)
  if type(value) == "number" then return S.show(value) end
  if type(value) ~= "string" then
    S.fail(format("%s: argument %d is a %s where a text is expected", what, position, type(value)),
      { word = what:match("[%w_]+$") })
  end
  return value
end
local function list(what, value, position)
  if type(value) ~= "table" then
    S.fail(format("%s: argument %d is a %s where a list is expected", what, position, type(value)),
      { word = what:match("[%w_]+$") })
  end
  return value
end

local T = {}

function T.trim(s) return (text("lib.trim", s, 1):match("^%s*(.-)%s*$")) end

--- Parts between separators, which are plain text.
function T.split(s, separator)
  s, separator = text("lib.split", s, 1), text("lib.split", separator, 2)
  if separator == "" then S.fail("lib.split: the separator is empty", { word = "split" }) end
  local parts, from = {}, 1
  while true do
    local first, last = s:find(separator, from, true)
    if not first then break end
    parts[#parts + 1] = s:sub(from, first - 1)
    from = last + 1
  end
  parts[#parts + 1] = s:sub(from)
  return parts
end

function T.join(values, separator)
  local parts = {}
  for index, value in ipairs(list("lib.join", values, 1)) do
    if type(value) ~= "string" and type(value) ~= "number" then
      S.fail(format("lib.join: element %d is a %s where a text is expected", index, type(value)), { word = "join" })
    end
    parts[index] = S.show(value)
  end
  return concat(parts, text("lib.join", separator or "", 2))
end

--- Every line that is not empty, with so many spaces (or a text) before it.
function T.indent(s, by)
  by = type(by) == "number" and (" "):rep(by) or text("lib.indent", by or "  ", 2)
  return (("\n" .. text("lib.indent", s, 1)):gsub("\n([^\n])", function(char) return "\n" .. by .. char end):sub(2))
end

--- Without the indentation that all lines share, without a first empty line and a last blank one.
function T.dedent(s)
  s = text("lib.dedent", s, 1):gsub("^[ \t]*\n", ""):gsub("\n[ \t]*$", "\n")
  local shared
  for line in (s .. "\n"):gmatch("(.-)\n") do
    local space, rest = line:match("^([ \t]*)(.*)$")
    if rest ~= "" then
      if not shared then shared = space end
      while space:sub(1, #shared) ~= shared do shared = shared:sub(1, -2) end
    end
  end
  if not shared or shared == "" then return s end
  local lines = {}
  for line in (s .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line:sub(1, #shared) == shared and line:sub(#shared + 1) or line:match("^[ \t]*(.*)$")
  end
  return concat(lines, "\n")
end

--- Puts values into `{{name}}` and `{{name.inner}}`. Values are texts, numbers or booleans.
function S.interpolate(what, s, values)
  return (s:gsub("{{%s*(.-)%s*}}", function(name)
    local value = values
    for part in name:gmatch("[^.]+") do
      if type(value) ~= "table" then value = nil break end
      local key = part
      value = value[key]
      if value == nil and math.tointeger(tonumber(key)) then value = value[math.tointeger(tonumber(key))] end
    end
    if type(value) == "boolean" or type(value) == "number" then return S.show(value) end
    if type(value) ~= "string" then
      local known = S.sorted_keys(values)
      local near = S.nearest(name, known)
      S.fail(format("%s: `{{%s}}` has %s", what, name, value == nil and "no value" or "a " .. type(value) .. " as value"), {
        hint = near and value == nil and format("did you mean `{{%s}}`?", near)
          or #known > 0 and "there are values for " .. concat(known, ", ") or "no values were given",
      })
    end
    return value
  end))
end
function T.interpolate(s, values)
  return S.interpolate("lib.interpolate", text("lib.interpolate", s, 1), list("lib.interpolate", values, 2))
end

--- One word for a POSIX shell.
function T.shell_quote(s)
  s = text("lib.shell_quote", s, 1)
  if s:find("^[%w_@%%+=:,./-]+$") then return s end
  return "'" .. s:gsub("'", "'\\''") .. "'"
end
S.text_functions = T

local P = {}

function P.normalize(path)
  path = text("lib.path.normalize", path, 1)
  local absolute, parts = path:sub(1, 1) == "/", {}
  for part in path:gmatch("[^/]+") do
    if part == ".." and #parts > 0 and parts[#parts] ~= ".." and not (#parts == 1 and parts[1] == "~") then
      parts[#parts] = nil
    elseif part ~= "." and not (part == ".." and absolute and #parts == 0) then
      parts[#parts + 1] = part
    end
  end
  local result = concat(parts, "/")
  return absolute and "/" .. result or (result == "" and "." or result)
end

function P.join(...)
  local parts = table.pack(...)
  local result = ""
  for index = 1, parts.n do
    local part = text("lib.path.join", parts[index], index)
    if part ~= "" then result = result == "" and part or result .. "/" .. part end
  end
  return P.normalize(result == "" and "." or result)
end

function P.dirname(path)
  path = text("lib.path.dirname", path, 1):gsub("(.)/+$", "%1")
  local folder = path:match("^(.*)/[^/]*$")
  if not folder then return "." end
  return folder == "" and "/" or (folder:gsub("(.)/+$", "%1"))
end

function P.basename(path, suffix)
  local name = text("lib.path.basename", path, 1):gsub("(.)/+$", "%1"):match("([^/]*)$")
  if suffix and #name > #suffix and name:sub(-#suffix) == suffix then name = name:sub(1, -#suffix - 1) end
  return name
end

--- The last dot of the name and what follows; empty where there is none.
function P.extname(path) return P.basename(text("lib.path.extname", path, 1)):match("^.+(%.[^.]*)$") or "" end

function P.is_absolute(path) return text("lib.path.is_absolute", path, 1):sub(1, 1) == "/" end

--- The way from one folder to another; both absolute, or both relative to the same folder.
function P.relative(from, to)
  from, to = P.normalize(text("lib.path.relative", from, 1)), P.normalize(text("lib.path.relative", to, 2))
  if P.is_absolute(from) ~= P.is_absolute(to) then
    S.fail(format("lib.path.relative: one of `%s` and `%s` is absolute, the other is not", from, to), { word = "relative" })
  end
  local a, b = {}, {}
  for part in from:gmatch("[^/]+") do if part ~= "." then a[#a + 1] = part end end
  for part in to:gmatch("[^/]+") do if part ~= "." then b[#b + 1] = part end end
  local same = 0
  while same < #a and same < #b and a[same + 1] == b[same + 1] do same = same + 1 end
  local parts = {}
  for _ = same + 1, #a do parts[#parts + 1] = ".." end
  for index = same + 1, #b do parts[#parts + 1] = b[index] end
  return #parts == 0 and "." or concat(parts, "/")
end
S.path_functions = P
