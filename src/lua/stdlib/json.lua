-- Texts for the other side: JSON that is the same on every run. Keys are sorted by their bytes, integers stay
-- integers, floats have a point or an exponent.
local S = ...
local type, pairs, next, getmetatable, setmetatable = type, pairs, next, debug.getmetatable, setmetatable
local find, gsub, format, byte = string.find, string.gsub, string.format, string.byte
local concat, sort, math_type = table.concat, table.sort, math.type
local utf8_len, json_text = utf8.len, S.json_text

-- Marks: an empty table is a map unless it was made by `lib.list`.
S.List = { __name = "list" }
S.Map = { __name = "map" }
S.null = setmetatable({}, {
  __name = "null",
  __tostring = function() return "null" end,
  __newindex = function() S.fail("Cannot change `lib.null`: it is a constant") end,
  __metatable = false,
})

function S.as_list(t) return setmetatable(t, S.List) end
function S.as_map(t) return setmetatable(t, S.Map) end

--- A JSON string. `what` names the text in the error for bytes that are not UTF-8.
local function quote(text, what)
  local json = json_text(text)
  if json then return json end
  if not utf8_len(text) then
    local _, at = utf8_len(text)
    S.fail(format("%s is not UTF-8: byte %d is 0x%02x", what or "a text", at, byte(text, at)), {
      hint = "only UTF-8 text goes into the manifest; put binary files beside the config and use `source`",
    })
  end
  return json_text(text, true)
end
S.quote = quote

--- The text with every byte that is not UTF-8 replaced.
function S.lossy(text)
  if utf8_len(text) then return text end
  return (gsub(text, "[\128-\255]", "?"))
end

local function number(value, path)
  if math_type(value) == "integer" then return format("%d", value) end
  if value ~= value or value == math.huge or value == -math.huge then
    S.fail(format("%s is %s, which cannot be written down", path or "a number",
      value ~= value and "NaN" or "infinite"))
  end
  local text = format("%.15g", value)
  if tonumber(text) ~= value then text = format("%.17g", value) end
  if not find(text, "[.e]") then text = text .. ".0" end
  return text
end
S.number_text = number

--- Whether a table is a list: its keys are 1 to n. Empty tables are maps unless marked.
local function is_list(t)
  local meta = getmetatable(t)
  if meta == S.List then return true end
  if meta == S.Map then return false end
  local count = 0
  for key in next, t do
    if math_type(key) ~= "integer" then return false end
    count = count + 1
  end
  return count > 0 and count == #t
end
S.is_list = is_list

--- Keys of a table in the fixed order: numbers ascending, then texts by their bytes.
function S.sorted_keys(t)
  local numbers, texts, n, s = {}, {}, 0, 0
  for key in next, t do
    if type(key) == "number" then n = n + 1 numbers[n] = key
    elseif type(key) == "string" then s = s + 1 texts[s] = key end
  end
  if n > 1 then sort(numbers) end
  if s > 1 then sort(texts) end
  if n == 0 then return texts end
  for index = 1, s do numbers[n + index] = texts[index] end
  return numbers
end

local function child(path, key)
  if path == "" then return tostring(key) end
  if type(key) == "number" then return path .. "[" .. tostring(key) .. "]" end
  return path .. "." .. key
end
S.child = child

--- The way to a value, from the keys that lead there: `settings.on[1]`.
local function way(keys)
  local path = ""
  for _, key in ipairs(keys) do path = child(path, key) end
  return path
end
S.way = way

local write

local function named(keys, otherwise) return #keys > 0 and "`" .. way(keys) .. "`" or otherwise end

local function write_table(value, parts, keys, seen)
  local derivation = S.derivation_data and S.derivation_data[value]
  if derivation then
    S.peek()
    parts[#parts + 1] = quote(derivation.out)
    return
  end
  if seen[value] then S.fail(named(keys, "the value") .. " contains itself") end
  seen[value] = true
  local depth = #keys + 1
  if is_list(value) then
    parts[#parts + 1] = "["
    for index = 1, #value do
      if index > 1 then parts[#parts + 1] = "," end
      keys[depth] = index
      write(value[index], parts, keys, seen)
    end
    parts[#parts + 1] = "]"
  else
    parts[#parts + 1] = "{"
    for index, key in ipairs(S.sorted_keys(value)) do
      local text = quote(type(key) == "string" and key or number(key))
      parts[#parts + 1] = index > 1 and "," .. text .. ":" or text .. ":"
      keys[depth] = key
      write(value[key], parts, keys, seen)
    end
    parts[#parts + 1] = "}"
  end
  keys[depth] = nil
  seen[value] = nil
end

function write(value, parts, keys, seen)
  local kind = type(value)
  if kind == "string" then
    parts[#parts + 1] = json_text(value) or quote(value, named(keys))
  elseif kind == "number" then
    parts[#parts + 1] = math_type(value) == "integer" and format("%d", value) or number(value, named(keys))
  elseif kind == "boolean" then
    parts[#parts + 1] = value and "true" or "false"
  elseif kind == "nil" or value == S.null then
    parts[#parts + 1] = "null"
  elseif kind == "table" then
    write_table(value, parts, keys, seen)
  else
    S.fail(format("%s is a %s, which is not data", named(keys, "a value"), kind))
  end
end

--- A value as JSON.
function S.json(value)
  local parts = {}
  write(value, parts, {}, {})
  return concat(parts)
end
