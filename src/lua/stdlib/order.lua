-- What makes tables the same on every run: `pairs` and `next` in a fixed order, a stable `table.sort`, and
-- texts of values without addresses.
local S = ...
local type, rawnext, rawget, setmetatable = type, next, rawget, setmetatable
local raw_metatable, math_type, sort = debug.getmetatable, math.type, table.sort
local raw_tostring = tostring

--- Matches a placeholder: see `src/manifest/placeholder.ts`. What follows it may be a letter or a digit.
S.PLACEHOLDER = "/syslua%-%l+%-" .. ("[0-9a-z]"):rep(32)

--- A value as people may see it: no addresses.
function S.show(value)
  local kind = type(value)
  if kind == "string" then return value end
  if kind == "number" or kind == "boolean" or kind == "nil" then return raw_tostring(value) end
  local meta = raw_metatable(value)
  if meta then
    if rawget(meta, "__tostring") then return raw_tostring(value) end
    local name = rawget(meta, "__name")
    if type(name) == "string" then return name end
  end
  return kind
end

local function less(a, b) return a < b end

--- Every key of a table, in the fixed order: numbers, texts, booleans, derivations by their hash.
local function ordered_keys(t)
  local numbers, texts, rest, n, s, r = {}, {}, {}, 0, 0, 0
  for key in rawnext, t do
    local kind = type(key)
    if kind == "string" then s = s + 1 texts[s] = key
    elseif kind == "number" then n = n + 1 numbers[n] = key
    else r = r + 1 rest[r] = key end
  end
  if n > 1 then sort(numbers) end
  if s > 1 then sort(texts) end
  for index = 1, s do numbers[n + index] = texts[index] end
  if r == 0 then return numbers end
  local booleans, derivations, other = {}, {}, {}
  for _, key in ipairs(rest) do
    if type(key) == "boolean" then booleans[key] = true
    elseif S.derivation_data[key] then derivations[#derivations + 1] = key
    else other[#other + 1] = key end
  end
  if #other > 1 then
    S.fail("pairs: the keys of this table have no fixed order: several of them are "
      .. type(other[1]) .. "s", {
      hint = "tables and functions as keys are visited in a different order on each run; use texts or "
        .. "numbers as keys, or keep a list beside the table",
    })
  end
  for _, key in ipairs { false, true } do
    if booleans[key] then numbers[#numbers + 1] = key end
  end
  if #derivations > 1 then S.peek() end
  sort(derivations, function(a, b) return S.derivation_data[a].hash < S.derivation_data[b].hash end)
  for _, key in ipairs(derivations) do numbers[#numbers + 1] = key end
  for _, key in ipairs(other) do numbers[#numbers + 1] = key end
  return numbers
end

-- A table whose raw keys are exactly 1 to n is visited by counting.
local function is_sequence(t)
  local count = 0
  for key in rawnext, t do
    count = count + 1
    if key ~= count then return false end
  end
  return true
end

local function expect_table(name, t)
  if type(t) ~= "table" then
    S.fail("bad argument #1 to '" .. name .. "' (table expected, got "
      .. (t == nil and "nil" or type(t)) .. ")", { word = name })
  end
end

local function keyed(t)
  local keys, index = ordered_keys(t), 0
  return function(_, _)
    while true do
      index = index + 1
      local key = keys[index]
      if key == nil then return nil end
      local value = rawget(t, key)
      if value ~= nil then return key, value end
    end
  end, t, nil
end

function S.pairs(t)
  local meta = raw_metatable(t)
  local custom = meta and rawget(meta, "__pairs")
  if custom then
    local iterator, state, first = custom(t)
    return iterator, state, first
  end
  expect_table("pairs", t)
  if is_sequence(t) then return rawnext, t, nil end
  return keyed(t)
end

-- The keys of the table that `next` visited last.
local visited, keys, positions
function S.next(t, key)
  expect_table("next", t)
  if key == nil then
    local first, value = rawnext(t)
    if first == nil then return nil end
    if rawnext(t, first) == nil then return first, value end
    visited, keys, positions = t, ordered_keys(t), {}
    for index, k in ipairs(keys) do positions[k] = index end
  elseif visited ~= t or not positions[key] then
    if rawget(t, key) == nil then S.fail("next: the table has no key `" .. S.show(key) .. "`") end
    visited, keys, positions = t, ordered_keys(t), {}
    for index, k in ipairs(keys) do positions[k] = index end
  end
  local index = key == nil and 0 or positions[key]
  while true do
    index = index + 1
    local following = keys[index]
    if following == nil then return nil end
    local value = rawget(t, following)
    if value ~= nil then return following, value end
  end
end

--- A merge sort: stable, so that the order of equal elements does not depend on how the sorting goes.
function S.sort(list, before)
  if type(list) ~= "table" then expect_table("sort", list) end
  if before ~= nil and type(before) ~= "function" then
    S.fail("bad argument #2 to 'sort' (function expected, got " .. type(before) .. ")", { word = "sort" })
  end
  before = before or less
  local count = #list
  local from, to = {}, {}
  for index = 1, count do from[index] = list[index] end
  local width = 1
  while width < count do
    for start = 1, count, 2 * width do
      local middle, stop = start + width, start + 2 * width
      if middle > count + 1 then middle = count + 1 end
      if stop > count + 1 then stop = count + 1 end
      local left, right = start, middle
      for index = start, stop - 1 do
        if left < middle and (right >= stop or not before(from[right], from[left])) then
          to[index], left = from[left], left + 1
        else
          to[index], right = from[right], right + 1
        end
      end
    end
    from, to = to, from
    width = width * 2
  end
  for index = 1, count do list[index] = from[index] end
end
