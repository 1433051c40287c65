-- Values with a priority: who wins (`override`, the lowest number), and where a value stands among those that are
-- merged (`position`, the lowest first). A value without one has 100 and 1000.
local S = ...
local type, setmetatable, raw_metatable, math_type = type, setmetatable, debug.getmetatable, math.type

local Priority = {
  __name = "value with a priority", __metatable = false,
  __index = function(_, key)
    S.fail("Cannot look into a value with a priority: `" .. S.show(key) .. "` is asked for", {
      hint = "`lib.mkForce` and the like go around a whole value",
    })
  end,
  __newindex = function() S.fail("Cannot change a value with a priority") end,
}
S.Priority = Priority

local DEFAULT_OVERRIDE, DEFAULT_POSITION = 100, 1000
local contents = {}

local function make(fields)
  local value = {}
  contents[value] = fields
  return setmetatable(value, Priority)
end

local function number(name, n)
  if type(n) ~= "number" or n ~= n then
    S.fail(name .. ": the priority is a number, got " .. S.show(n), { word = name })
  end
  return n
end

local P = {}
function P.mkForce(value) return make { override = 50, value = value } end
function P.mkDefault(value) return make { override = 1000, value = value } end
function P.mkOverride(n, value) return make { override = number("mkOverride", n), value = value } end
function P.mkBefore(value) return make { position = 500, value = value } end
function P.mkAfter(value) return make { position = 1500, value = value } end
function P.mkOrder(n, value) return make { position = number("mkOrder", n), value = value } end
function P.mkIf(condition, value)
  if not condition then return make { dropped = true } end
  return make { value = value }
end
function P.mkMerge(values)
  if type(values) ~= "table" or raw_metatable(values) == Priority then
    S.fail("mkMerge: expected a list of values, got " .. S.show(values), { word = "mkMerge" })
  end
  return make { merged = values }
end
S.priority_functions = P

local function flatten(value, override, position, list)
  if type(value) == "table" and raw_metatable(value) == Priority then
    local fields = contents[value]
    if fields.dropped then return end
    override, position = fields.override or override, fields.position or position
    if fields.merged then
      for _, inner in ipairs(fields.merged) do flatten(inner, override, position, list) end
    else
      flatten(fields.value, override, position, list)
    end
  elseif value ~= nil then
    list[#list + 1] = {
      value = value, override = override or DEFAULT_OVERRIDE, position = position or DEFAULT_POSITION,
    }
  end
end

--- The values in a value, each as { value, override, position }.
function S.values_of(value)
  local list = {}
  flatten(value, nil, nil, list)
  return list
end

--- The one value in a value, and its override priority; nil where `mkIf` took it away.
function S.value_of(what, field, value)
  if type(value) ~= "table" or raw_metatable(value) ~= Priority then return value, DEFAULT_OVERRIDE end
  local list = S.values_of(value)
  if #list > 1 then S.fail(what .. ": `" .. field .. "` takes one value, got several", { word = field }) end
  if #list == 0 then return nil, DEFAULT_OVERRIDE, true end
  return list[1].value, list[1].override
end
