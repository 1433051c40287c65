-- The canonical encoding of values and functions, over which hashes of derivations are made.
--
--     nil n   true t   false f
--     integer i<decimal>;            float  d<8 bytes, big endian>
--     text    s<length>:<bytes>      text that names an input: the same, then @<content hash of the input>;
--     table   {<key><value>…}        entries sorted by their encoded keys; a metatable follows as m<value>
--     list    the same with [ ] when `lib.list` made it, so that an empty list is not an empty map
--     null    0                      `lib.null`
--     derivation D<hash>
--     part of sys.lua L<name>;       `lib.toJSON`, `_G`, `string.format`, …
--     function F<code><upvalue>…;    <code> is that of a text; upvalues in the order of their first use
--     of a library  P<hash>;         a function of `lib.build`: the hash of its own encoding, made once
--     again   b<number>;             a table or function already met; counted from 1 in the order of meeting
--
-- A derivation is also known by what the derivations that it uses have become, however they were made. Then:
--
--     derivation R<number>;<text>    counted in the order of meeting, so that which of them are one can be told; the
--                                    text is its name, version, and the object of each output
--     text    r<text>o<text>…<text>; in options: the text between the outputs that it names, and their objects
--
-- Code is Lua 5.4's stripped bytecode without what depends on where and how the function is written down: the lines
-- where functions start and end, and for the outermost function where its upvalues come from.
local S = ...
local type, rawnext, raw_metatable = type, next, debug.getmetatable
local getupvalue, dump = debug.getupvalue, string.dump
local byte, sub, find, format, pack = string.byte, string.sub, string.find, string.format, string.pack
local concat, sort, math_type = table.concat, table.sort, math.type

-- Our own tables and functions → their names.
local tokens = {}
S.tokens = tokens
-- Views of ours → what is hashed in their place.
S.stands_for = {}
-- Functions that are hashed once, however many derivations use them → their hash, "" before that is known.
local once = {}

--- What it captures never changes, and has no derivation and no source in it.
function S.hash_once(f)
  if type(f) == "function" then once[f] = once[f] or "" end
end

--- Names everything in a table of ours, and the tables in it.
function S.name_parts(name, value)
  if tokens[value] or (type(value) ~= "table" and type(value) ~= "function") then return end
  tokens[value] = name
  local contents = S.protected[value] or value
  if type(contents) == "table" then
    for key, inner in rawnext, contents do
      if type(key) == "string" then S.name_parts(name .. "." .. key, inner) end
    end
    if contents ~= value then tokens[contents] = name end
  end
end

-- A varint of a dump: 7 bits a byte, the most significant first, the last byte marked.
local function varint(code, at)
  local value = 0
  while true do
    local b = byte(code, at)
    at = at + 1
    value = (value << 7) | (b & 127)
    if b >= 128 then return value, at end
  end
end

local HEADER = 4 + 1 + 1 + 6 + 1 + 1 + 1 + 8 + 8

local function skip_text(code, at)
  local size, after = varint(code, at)
  return size == 0 and after or after + size - 1
end

-- Copies one function of a dump into `parts` without its lines. Gives the position behind it.
local function copy_function(code, at, parts, outermost)
  at = skip_text(code, at) -- source
  local _
  _, at = varint(code, at) -- line where it starts
  _, at = varint(code, at) -- line where it ends
  local start, count = at, nil
  count, at = varint(code, at + 3) -- parameters, vararg, stack; number of instructions
  at = at + 4 * count
  count, at = varint(code, at) -- constants
  for _ = 1, count do
    local kind = byte(code, at)
    at = at + 1
    if kind == 0x13 or kind == 0x03 then at = at + 8 -- float, integer
    elseif kind == 0x04 or kind == 0x14 then at = skip_text(code, at) end
  end
  if outermost then
    parts[#parts + 1] = sub(code, start, at - 1)
    count, at = varint(code, at)
    parts[#parts + 1] = pack(">I4", count)
    at = at + 3 * count
  else
    count, at = varint(code, at)
    at = at + 3 * count
    parts[#parts + 1] = sub(code, start, at - 1)
  end
  count, at = varint(code, at) -- inner functions
  parts[#parts + 1] = pack(">I4", count)
  for _ = 1, count do at = copy_function(code, at, parts, false) end
  for _ = 1, 4 do -- line numbers, absolute line numbers, locals, names of upvalues: none in a stripped dump
    count, at = varint(code, at)
    if count ~= 0 then error("a stripped dump holds debug information") end
  end
  return at
end

-- Builds cannot wait for a library: those that are named are loaded beforehand.
local function need(text)
  if find(text, "TOML", 1, true) then S.host("need", "toml") end
  if find(text, "YAML", 1, true) then S.host("need", "yaml") end
end

-- Dump → its code; nil for a C function.
local codes = {}
local function code_of(f)
  local ok, whole = pcall(dump, f, true)
  if not ok then return nil end
  local code = codes[whole]
  if not code then
    local parts = {}
    local stop = copy_function(whole, HEADER + 2, parts, true)
    if stop ~= #whole + 1 then error("the dump of a function is longer than expected") end
    code = S.host("sha256", concat(parts))
    codes[whole] = code
    need(whole)
  end
  return code
end

local function encode_number(value)
  if math_type(value) == "integer" then return format("i%d;", value) end
  return "d" .. pack(">d", value)
end

local encode

local function refuse(state, what)
  local path = state.path
  S.fail(format("%s: cannot be hashed: `%s` is %s", state.what, concat(path), what), {
    hint = "a build depends only on what its hash covers: texts, numbers, booleans, tables of them, derivations, "
      .. "sources and functions in Lua",
    word = state.word,
  })
end

local function meet(state, hash)
  if state.derivations[hash] then return end
  state.derivations[hash] = true
  state.met[#state.met + 1] = hash
end

local PLACEHOLDER = S.PLACEHOLDER
local PLACED = "()(" .. PLACEHOLDER .. ")()"

local function plain_text(value) return format("s%d:", #value) .. value end

-- A text with the objects of the outputs that it names. A build sees those only where they are values of its options;
-- elsewhere it sees the placeholder, which depends on how the output was made.
local function resolved_text(value, state, is_key)
  local objects = state.objects
  if is_key or not state.in_options then objects.unknown = true end
  local parts, at = { "r" }, 1
  for start, found, stop in value:gmatch(PLACED) do
    if S.outputs[found] then
      local object = objects.places[found]
      if not object then objects.unknown = true end
      parts[#parts + 1] = plain_text(sub(value, at, start - 1)) .. "o" .. plain_text(object or "")
      at = stop
    end
  end
  parts[#parts + 1] = plain_text(sub(value, at)) .. ";"
  return concat(parts)
end

-- A text; placeholders in it say what is used.
local function encode_text(value, state, is_key)
  local text = plain_text(value)
  if find(value, "/syslua-", 1, true) then
    local inputs, names_output = "", false
    for found in value:gmatch(PLACEHOLDER) do
      if S.outputs[found] then
        meet(state, S.outputs[found])
        names_output = true
      elseif S.sources[found] then state.sources[S.source_id(found)] = true
      elseif S.input_hashes[found] then inputs = inputs .. "@" .. S.input_hashes[found] .. ";"
      elseif found == S.dir then
        refuse(state, "a path in the config's folder, whose content is not known to the hash; "
          .. "`syslua.source(path)` takes a file or folder from there")
      end
    end
    if names_output and state.objects then text = resolved_text(value, state, is_key) end
    text = text .. inputs
  end
  return text
end

--- A derivation by what it has become. `objects` knows that by its hash.
function S.resolved(hash, objects)
  local text, met = objects.derivations[hash], objects.met
  if not text then objects.unknown = true end
  if not met[hash] then
    met.count = (met.count or 0) + 1
    met[hash] = met.count
  end
  return format("R%d;", met[hash]) .. plain_text(text or "")
end

local function encode_table(value, parts, state)
  local derivation = S.derivation_data[value]
  if derivation then
    meet(state, derivation.hash)
    parts[#parts + 1] = state.objects and S.resolved(derivation.hash, state.objects) or "D" .. derivation.hash
    return
  end
  if value == S.null then parts[#parts + 1] = "0" return end
  local seen = state.seen[value]
  if seen then parts[#parts + 1] = format("b%d;", seen) return end
  state.count = state.count + 1
  state.seen[value] = state.count
  local meta = raw_metatable(value)
  local entries, keys, n = {}, {}, 0
  local path = state.path
  for key, inner in rawnext, value do
    local kind, encoded = type(key), nil
    if kind == "string" then encoded = encode_text(key, state, true)
    elseif kind == "number" then encoded = encode_number(key)
    elseif kind == "boolean" then encoded = key and "t" or "f"
    elseif S.derivation_data[key] then
      encoded = "D" .. S.derivation_data[key].hash
      -- The order in which such keys are visited is that of their hashes.
      if state.objects then state.objects.unknown = true end
    else refuse(state, "a table with a " .. kind .. " as key") end
    n = n + 1
    keys[n] = encoded
    entries[encoded] = { key, inner }
  end
  sort(keys)
  local list = meta == S.List
  parts[#parts + 1] = list and "[" or "{"
  for index = 1, n do
    local encoded = keys[index]
    local key = entries[encoded][1]
    parts[#parts + 1] = encoded
    path[#path + 1] = type(key) == "string" and "." .. key or "[" .. S.show(key) .. "]"
    encode(entries[encoded][2], parts, state)
    path[#path] = nil
  end
  parts[#parts + 1] = list and "]" or "}"
  if meta and meta ~= S.List and meta ~= S.Map then
    parts[#parts + 1] = "m"
    path[#path + 1] = "'s metatable"
    encode(meta, parts, state)
    path[#path] = nil
  end
end

local encode_function

local function encode_once(value, parts)
  if once[value] == "" then
    local own = {}
    once[value] = nil
    encode_function(value, own, S.encoding("lib.build", "build"))
    once[value] = S.host("sha256", concat(own))
  end
  parts[#parts + 1] = "P" .. once[value] .. ";"
end

function encode_function(value, parts, state)
  local seen = state.seen[value]
  if seen then parts[#parts + 1] = format("b%d;", seen) return end
  local code = code_of(value)
  if not code then refuse(state, "a function that is not written in Lua") end
  state.count = state.count + 1
  state.seen[value] = state.count
  parts[#parts + 1] = "F" .. code
  local index, path = 1, state.path
  while true do
    local name, inner = getupvalue(value, index)
    if not name then break end
    path[#path + 1] = (#path > 0 and " → " or "") .. name
    encode(inner, parts, state)
    path[#path] = nil
    index = index + 1
  end
  parts[#parts + 1] = ";"
end

local function encode_part(name, parts)
  need(name)
  parts[#parts + 1] = "L" .. name .. ";"
end

function encode(value, parts, state)
  local kind = type(value)
  if kind == "string" then parts[#parts + 1] = encode_text(value, state)
  elseif kind == "number" then parts[#parts + 1] = encode_number(value)
  elseif kind == "boolean" then parts[#parts + 1] = value and "t" or "f"
  elseif kind == "nil" then parts[#parts + 1] = "n"
  elseif tokens[value] then encode_part(tokens[value], parts)
  elseif S.stands_for[value] then encode(S.stands_for[value], parts, state)
  elseif kind == "table" then encode_table(value, parts, state)
  elseif once[value] then encode_once(value, parts)
  elseif kind == "function" then encode_function(value, parts, state)
  else refuse(state, "a " .. (kind == "thread" and "coroutine" or kind)) end
end

--- Encodes a value. `state` from `S.encoding` collects the derivations and sources that were met.
function S.encode(value, state)
  local parts = {}
  encode(value, parts, state)
  return concat(parts)
end

--- A fresh state; `what` starts the message when something cannot be hashed.
function S.encoding(what, word)
  return { seen = {}, count = 0, path = {}, what = what, word = word, derivations = {}, met = {}, sources = {} }
end

--- Hash of a function and of all that it captures.
function S.fingerprint(f, state)
  return S.host("sha256", S.encode(f, state))
end
