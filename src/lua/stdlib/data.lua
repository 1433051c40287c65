-- `syslua.lib`: data. Parsers and encoders are on the other side; what goes there and comes back is one text.
local S = ...
local type, format, next, setmetatable = type, string.format, next, setmetatable
local raw_load, raw_metatable = load, debug.getmetatable

--- Reads a value that the other side wrote as a Lua expression; `L` marks lists, `M` empty maps, `N` is null.
local decoding = {
  L = function(t) return setmetatable(t, S.List) end,
  M = function(t) return setmetatable(t, S.Map) end,
  N = S.null,
}
function S.decode(expression)
  local chunk, message = raw_load("return " .. expression, "=(sys)/value", "t", decoding)
  if not chunk then error(message, 0) end
  return chunk()
end

local D = {}

local function mark(name, meta)
  return function(t)
    if type(t) ~= "table" then
      S.fail(format("lib.%s: expected a table, got a %s", name, type(t)), { word = name })
    end
    local present = raw_metatable(t)
    if present and present ~= S.List and present ~= S.Map then
      S.fail(format("lib.%s: the table has a metatable of its own", name), { word = name })
    end
    return setmetatable(t, meta)
  end
end
D.list, D.map = mark("list", S.List), mark("map", S.Map)
D.null = S.null

local function encoder(name, kind)
  return function(value, options)
    local what = "lib." .. name
    if options ~= nil then
      if type(options) ~= "table" then S.fail(what .. ": the options are a table", { word = name }) end
      S.check_fields(what, options, { "indent" })
    end
    local indent = options and options.indent or (kind == "json" and 0 or 2)
    if math.type(indent) ~= "integer" or indent < 0 or indent > 10 then
      S.fail(what .. ": `indent` is a number of spaces, 0 to 10", { word = "indent" })
    end
    local result, message = S.host("encode", kind, S.json(S.copy_data(what, value, "value")), format("%d", indent))
    if not result then S.fail(what .. ": " .. message, { word = name }) end
    return result
  end
end
local function parser(name, kind)
  return function(text)
    local what = "lib." .. name
    if type(text) ~= "string" then
      S.fail(format("%s: expected a text, got a %s", what, type(text)), { word = name })
    end
    local result, message = S.host("parse", kind, text)
    if not result then S.fail(what .. ": " .. message, { word = name }) end
    return S.decode(result)
  end
end
D.toJSON, D.fromJSON = encoder("toJSON", "json"), parser("fromJSON", "json")
D.toTOML, D.fromTOML = encoder("toTOML", "toml"), parser("fromTOML", "toml")
D.toYAML, D.fromYAML = encoder("toYAML", "yaml"), parser("fromYAML", "yaml")

--- Sections of `name = value`; values at the top come before the sections.
function D.toINI(value)
  local what = "lib.toINI"
  if type(value) ~= "table" then S.fail(what .. ": expected a table, got a " .. type(value), { word = "toINI" }) end
  value = S.copy_data(what, value, "value")
  local lines = {}
  local function line(key, item, path)
    local kind = type(item)
    if kind == "table" and S.is_list(item) then
      for index, inner in ipairs(item) do line(key, inner, S.child(path, index)) end
      return
    end
    if kind == "table" then
      S.fail(format("%s: `%s` is a table inside a section", what, path), { word = "toINI" })
    end
    local text = kind == "boolean" and (item and "true" or "false") or S.show(item)
    if text:find("[\r\n]") then S.fail(format("%s: `%s` has more than one line", what, path), { word = "toINI" }) end
    lines[#lines + 1] = S.show(key) .. " = " .. text
  end
  local sections = {}
  for key, item in S.pairs(value) do
    if type(item) == "table" and not S.is_list(item) and item ~= S.null then sections[#sections + 1] = { key, item }
    else line(key, item, S.child("value", key)) end
  end
  for _, section in ipairs(sections) do
    if #lines > 0 then lines[#lines + 1] = "" end
    lines[#lines + 1] = "[" .. S.show(section[1]) .. "]"
    for key, item in S.pairs(section[2]) do line(key, item, S.child(S.child("value", section[1]), key)) end
  end
  return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
end

local function expect_table(name, value, position)
  if type(value) ~= "table" then
    S.fail(format("lib.%s: argument %d is a %s where a table is expected", name, position, type(value)), { word = name })
  end
end

local function is_map(value)
  return type(value) == "table" and not S.derivation_data[value] and value ~= S.null
    and raw_metatable(value) ~= S.Priority and not S.is_list(value)
end

local function merge(a, b)
  local result = {}
  for key, value in next, a do result[key] = value end
  for key, value in next, b do
    if is_map(value) and is_map(result[key]) then result[key] = merge(result[key], value)
    else result[key] = value end
  end
  return setmetatable(result, raw_metatable(b) or raw_metatable(a))
end

--- A new table with all of them; later ones win, tables with names are merged, lists are replaced.
function D.merge(...)
  local tables = table.pack(...)
  local result = {}
  for index = 1, tables.n do
    expect_table("merge", tables[index], index)
    result = merge(result, tables[index])
  end
  return result
end

local function expect_function(name, value, position)
  if type(value) ~= "function" then
    S.fail(format("lib.%s: argument %d is a %s where a function is expected", name, position, type(value)), { word = name })
  end
end

local mark_map = D.map

--- With a function: a new table of `f(value, key)`. With a table alone: marks it as a map, so that `{}` is no list.
function D.map(t, ...)
  if select("#", ...) == 0 then return mark_map(t) end
  local f = ...
  expect_table("map", t, 1)
  expect_function("map", f, 2)
  local result = {}
  for key, value in S.pairs(t) do result[key] = f(value, key) end
  return result
end

--- A list of the elements (or a table of the values) for which `f(value, key)` is true.
function D.filter(t, f)
  expect_table("filter", t, 1)
  expect_function("filter", f, 2)
  local result, list = {}, S.is_list(t)
  for key, value in S.pairs(t) do
    if f(value, key) then
      if list then result[#result + 1] = value else result[key] = value end
    end
  end
  return result
end

function D.keys(t)
  expect_table("keys", t, 1)
  local result = {}
  for key in S.pairs(t) do result[#result + 1] = key end
  return result
end

function D.values(t)
  expect_table("values", t, 1)
  local result = {}
  for _, value in S.pairs(t) do result[#result + 1] = value end
  return result
end

--- A sorted copy of a list.
function D.sorted(t, before)
  expect_table("sorted", t, 1)
  local result = table.move(t, 1, #t, 1, {})
  S.sort(result, before)
  return result
end
S.data_functions = D
