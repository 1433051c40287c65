-- `syslua`: facts about the machine, each recorded when it is read, and `syslua.source`, `syslua.getenv`.
local S = ...
local type, format = type, string.format

-- Fact → its JSON value.
S.reads = {}

local function record(fact, value) S.reads[fact] = S.json(value) end
S.record = record

-- Set by `S.set_facts`.
S.fact_values = {}

local PRIVATE = { hostname = true, username = true, is_elevated = true, dir = true }
local functions = {}

local function field(_, key)
  if functions[key] then return functions[key] end
  local value = S.fact_values[key]
  if value == nil then
    local known = S.sorted_keys(S.fact_values)
    for name in next, functions do known[#known + 1] = name end
    table.sort(known)
    local near = type(key) == "string" and S.nearest(key, known)
    S.fail(format("There is no `syslua.%s`", S.show(key)), {
      hint = near and format("did you mean `%s`?", near) or "there are " .. table.concat(known, ", "),
      word = S.show(key),
    })
  end
  if S.current and PRIVATE[key] then
    S.fail(format("`syslua.%s` is read while a build runs", key), {
      hint = format("pass it through `opts = { %s = syslua.%s }`, where it takes part in the hash", key, key),
      word = key,
    })
  end
  if key ~= "dir" and key ~= "version" then record("syslua." .. key, value) end
  return value
end

S.facts = setmetatable({}, {
  __name = "syslua", __metatable = false, __index = field,
  __newindex = function(_, key)
    S.fail(format("Cannot assign to `syslua.%s`: facts do not change", S.show(key)), { word = S.show(key) })
  end,
  __pairs = function(facts)
    local t = {}
    for name in next, S.fact_values do t[name] = field(facts, name) end
    for name, f in next, functions do t[name] = f end
    return S.pairs(t)
  end,
})

function functions.getenv(name, default)
  if type(name) ~= "string" or not name:find("^[A-Za-z_][A-Za-z0-9_]*$") then
    S.fail(format("syslua.getenv: \"%s\" is no name for a variable", S.show(name)), { word = "getenv" })
  end
  if S.current then
    S.fail("syslua.getenv: a build is running", {
      hint = format("pass it through `opts = { … = syslua.getenv(\"%s\") }`, where it takes part in the hash", name),
      word = "getenv",
    })
  end
  local value = S.host("getenv", name)
  record("getenv:" .. name, value or S.null)
  if value == nil then return default end
  return value
end

function functions.source(path, options)
  if S.current then
    S.fail("syslua.source: a build is running", {
      hint = "pass it through `opts = { src = syslua.source(…) }`", word = "source",
    })
  end
  local name
  if options ~= nil then
    if type(options) ~= "table" then S.fail("syslua.source: the options are a table", { word = "source" }) end
    S.check_fields("syslua.source", options, { "name" })
    name = options.name
    if name ~= nil and (type(name) ~= "string" or not name:find("^[A-Za-z0-9+_?=-][A-Za-z0-9+._?=-]*$") or #name > 100) then
      S.fail("syslua.source: `name` is a text of letters, digits and + . _ ? = -", { word = "name" })
    end
  end
  return (S.source("syslua.source", path, name, true))
end
S.fact_functions = functions

--- Takes the facts from the other side.
function S.set_facts(values)
  S.fact_values, S.platform, S.dir = values, values.platform, values.dir
end
