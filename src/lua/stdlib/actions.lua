-- The `ctx` of an activation: each method checks its arguments as its kind declares them, and records one action, as
-- JSON for the manifest. Nothing happens here.
local S = ...
local type, format, find = type, string.format, string.find
local concat, quote, ipairs = table.concat, S.quote, ipairs

local function override_field(override) return override ~= 100 and format(',"override":%s', S.number_text(override)) or "" end
S.override_field = override_field

--- Values of an environment variable as JSON, one action for each override priority among them.
--- A list that is given as one value keeps its order.
function S.env_actions(what, name, op, value)
  S.field_json(what, S.kinds.env.by_name.name, name)
  local groups, order, listed = {}, {}, false
  local function add(item, override, position)
    local kind = type(item)
    if kind == "number" then item = S.show(item)
    elseif kind ~= "string" then
      S.check_string(what, name, item)
    end
    if find(item, "[%z]") then S.fail(format("%s: `%s` has a NUL byte in it", what, name), { word = name }) end
    if not groups[override] then
      groups[override] = {}
      order[#order + 1] = override
    end
    local group = groups[override]
    group[#group + 1] = '{"text":' .. quote(item, "`" .. name .. "`") .. ',"position":' .. S.number_text(position) .. "}"
  end
  local values = S.values_of(value)
  listed = #values > 1
  for _, entry in ipairs(values) do
    if type(entry.value) == "table" and not S.derivation_data[entry.value] then
      listed = true
      if next(entry.value) ~= nil and not S.is_list(entry.value) then
        S.fail(format("%s: `%s` is a table with names where a list is expected", what, name), { word = name })
      end
      for _, item in ipairs(entry.value) do
        for _, inner in ipairs(S.values_of(item)) do
          -- What is said about an item counts more than what is said about the whole list.
          local single = debug.getmetatable(item) == S.Priority
          add(inner.value,
            single and inner.override ~= 100 and inner.override or entry.override,
            single and inner.position ~= 1000 and inner.position or entry.position)
        end
      end
    else
      add(entry.value, entry.override, entry.position)
    end
  end
  local actions = {}
  for index, override in ipairs(order) do
    actions[index] = format('{"kind":"env","name":"%s","op":"%s","list":%s,"values":[%s]%s}', name, op,
      listed and "true" or "false", concat(groups[override], ","), override_field(override))
  end
  return actions
end

-- Kinds whose JSON is more than that of their fields: gives a list of actions.
local recorders = {}
function recorders.env(what, given, constants)
  if given.value == nil then S.fail(what .. ": `value` is missing") end
  return S.env_actions(what, given.name, constants.op, given.value)
end

local function record(ctx, action)
  local actions = S.activation_actions[ctx]
  if actions.closed then
    S.fail("Cannot add to an activation after its `config` has returned", {
      hint = "`ctx` is for use inside `config`",
    })
  end
  actions[#actions + 1] = action
end

local methods = {}
for kind, spec in next, S.kinds do
  local start, recorder = '{"kind":"' .. kind .. '",', recorders[spec.recorder]
  for name, constants in next, spec.methods do
    local what = "ctx." .. name
    methods[name] = function(ctx, ...)
      local given = S.arguments(what, spec, ...)
      if recorder then
        for _, action in ipairs(recorder(what, given, constants)) do record(ctx, action) end
        return
      end
      local fields, override = S.fields_json(what, spec, given)
      if fields then record(ctx, start .. fields .. override_field(override) .. "}") end
    end
  end
end
S.activation_methods = methods
