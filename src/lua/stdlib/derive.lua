-- `derive`: checks a description, hashes it, remembers it.
local S = ...
local type, format, find = type, string.format, string.find
local setmetatable, next = setmetatable, next

local FIELDS = {
  "name", "version", "outputs", "opts", "config", "sha256", "platforms", "strict", "host", "meta",
}
-- Those that are true or not there; they take part in the hash only where they are true.
local SWITCHES = { "strict", "host" }
local FORMAT_VERSION, RESOLVED_VERSION = "sys-derivation-1", "sys-resolved-1"

local function refuse_data(what, keys, problem, hint)
  local path = S.way(keys)
  S.fail(format("%s: `%s` %s", what, path, problem), { hint = hint, word = path:match("[%w_]+$") })
end

-- What reads the data again knows no deeper one.
local DEEPEST = 150

local function copy(what, value, keys, seen)
  local kind = type(value)
  if kind == "string" or kind == "boolean" or kind == "nil" then return value end
  if kind == "number" then
    if value ~= value then refuse_data(what, keys, "is NaN") end
    if value == math.huge or value == -math.huge then refuse_data(what, keys, "is infinite") end
    return value
  end
  if kind ~= "table" then
    refuse_data(what, keys, "is a " .. (kind == "thread" and "coroutine" or kind),
      "values are texts, numbers, booleans, tables of them, derivations and sources")
  end
  if S.derivation_data[value] or value == S.null then return value end
  local meta = debug.getmetatable(value)
  if meta == S.Priority then
    refuse_data(what, keys, "has a priority, which only values that are merged have",
      "priorities are for `env`, `file` and the `ctx` methods of `activate`")
  end
  if S.activation_data[value] then
    refuse_data(what, keys, "is an activation", "an activation has nothing that could be used; pass the derivation")
  end
  if seen[value] then refuse_data(what, keys, "contains itself") end
  seen[value] = true
  local result, depth = {}, #keys + 1
  if depth > DEEPEST then
    S.fail(format("%s: `%s` is nested more than %d levels deep", what, S.show(keys[1]), DEEPEST - 1))
  end
  for key, inner in S.pairs(value) do
    local key_kind = type(key)
    if key_kind ~= "string" and math.type(key) ~= "integer" then
      refuse_data(what, keys, format("has a %s as key", key_kind == "number" and "fraction" or key_kind),
        "keys are texts, or 1, 2, 3, …")
    end
    keys[depth] = key
    result[key] = copy(what, inner, keys, seen)
  end
  keys[depth] = nil
  seen[value] = nil
  if meta == S.List or meta == S.Map then setmetatable(result, meta) end
  return result
end

--- Copies plain data, and refuses what is none. `path` is shown in messages.
--- Kept as they are: derivations and `lib.null`.
function S.copy_data(what, value, path) return copy(what, value, { path }, {}) end

--- `opts` of a declaration: a table, or a function of the facts that gives one.
function S.resolve_opts(what, opts)
  if type(opts) == "function" then
    opts = opts(S.facts)
    if opts == nil then
      S.fail(what .. ": the function `opts` returned nothing", {
        hint = "it ends with `return { … }`", word = "opts",
      })
    end
  end
  if opts == nil then return {} end
  if type(opts) ~= "table" then
    S.fail(format("%s: `opts` is a %s where a table is expected", what, type(opts)), { word = "opts" })
  end
  return S.copy_data(what, opts, "opts")
end

local function check_name(what, field, value, limit)
  if type(value) ~= "string" then
    S.fail(format("%s: `%s` is %s", what, field, value == nil and "missing" or "a " .. type(value)), {
      hint = format("write %s = \"…\"", field), word = value ~= nil and field or nil,
    })
  end
  if #value > limit or not find(value, "^[A-Za-z0-9+_?=%-][A-Za-z0-9+._?=%-]*$") then
    S.fail(format("%s: `%s` is \"%s\", which is no %s", what, field, S.lossy(value), field), {
      hint = format("letters, digits and + . _ ? = - can be in it, up to %d of them, not a dot first", limit),
      word = field,
    })
  end
end

local function check_outputs(what, outputs)
  if outputs == nil then return { "out" } end
  if type(outputs) ~= "table" or (next(outputs) ~= nil and not S.is_list(outputs)) or #outputs == 0 then
    S.fail(what .. ": `outputs` is a list of names, with at least one", { word = "outputs" })
  end
  local names, seen = {}, {}
  for _, name in ipairs(outputs) do
    if type(name) ~= "string" or not find(name, "^[a-z][a-z0-9_]*$") or #name > 40 then
      S.fail(format("%s: \"%s\" is no name for an output", what, S.show(name)), {
        hint = "small letters, digits and _, a letter first: out, dev, doc", word = "outputs",
      })
    end
    if seen[name] then S.fail(format("%s: output \"%s\" is named twice", what, name), { word = "outputs" }) end
    seen[name] = true
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)
    if (a == "out") ~= (b == "out") then return a == "out" end
    return a < b
  end)
  return names
end

local function check_platforms(what, platforms)
  if platforms == nil then return end
  if type(platforms) ~= "table" or not S.is_list(platforms) then
    S.fail(what .. ": `platforms` is a list such as { \"x86_64-linux\", \"aarch64-darwin\" }", { word = "platforms" })
  end
  for _, platform in ipairs(platforms) do
    if platform == S.platform then return end
  end
  S.fail(format("%s: not for %s", what, S.platform), {
    hint = "it is for " .. table.concat(platforms, ", ") .. "; declare it only where `syslua.platform` is one of them",
    word = "platforms",
  })
end

local function fixed_hash(what, value, outputs)
  if value == nil then return nil end
  if type(value) ~= "string" then
    S.fail(format("%s: `sha256` is a %s", what, type(value)), { word = "sha256" })
  end
  if #outputs > 1 then
    S.fail(what .. ": a derivation with `sha256` has one output", { word = "outputs" })
  end
  if value == "" then return "" end
  local digest, message = S.host("digest", value)
  if not digest then S.fail(what .. ": `sha256`: " .. message, { word = "sha256" }) end
  return digest
end

local function check_switch(what, field, value)
  if value == nil or type(value) == "boolean" then return value or nil end
  S.fail(format("%s: `%s` is a %s where true or false is expected", what, field, type(value)), { word = field })
end

--- What identifies a derivation, as one text; the encoding of its `config`; and what it uses.
local function describe(data, objects)
  local state = S.encoding("derive \"" .. data.name .. "\"", "config")
  state.objects, state.in_options = objects, true
  local parts = {
    objects and RESOLVED_VERSION or FORMAT_VERSION, S.encode(data.name, state), S.encode(data.version, state),
    S.encode(S.as_list(data.outputs), state), S.encode(S.platform, state), S.encode(data.fixed, state),
  }
  state.path[1] = "opts"
  local opts = S.encode(data.opts, state)
  state.path[1], data.counted, state.in_options = "config", state.count, false
  local config = S.encode(data.config, state)
  -- How a fixed output is made does not matter.
  if data.fixed == nil or data.fixed == "" then
    parts[7], parts[8] = opts, config
    for _, switch in ipairs(SWITCHES) do
      if data[switch] then parts[#parts + 1] = switch end
    end
  end
  return table.concat(parts, "\n"), config, state
end

-- The derivations that are used, in the order in which they are declared: that of the tools on PATH. First those in
-- `opts`: lists by their index, other tables by their keys; then what `config` captures.
local function in_order(data, state)
  local order, seen = {}, {}
  local function meet(hash)
    if not state.derivations[hash] or seen[hash] then return end
    seen[hash] = true
    order[#order + 1] = hash
  end
  local function visit(value)
    if type(value) == "string" then
      for found in value:gmatch(S.PLACEHOLDER) do meet(S.outputs[found] or "") end
    elseif S.derivation_data[value] then meet(S.derivation_data[value].hash)
    elseif type(value) == "table" and value ~= S.null then
      for _, inner in S.pairs(value) do visit(inner) end
    end
  end
  visit(data.opts)
  for _, hash in ipairs(state.met) do meet(hash) end
  return order
end

function S.derive(spec)
  if S.current then
    S.fail("derive: a build is running", { hint = "declare derivations outside of `config`", word = "derive" })
  end
  if type(spec) ~= "table" then
    S.fail(format("derive: expected a table, got %s", type(spec)), {
      hint = "write derive { name = \"…\", config = function(opts, ctx) … end }", word = "derive",
    })
  end
  check_name("derive", "name", spec.name, 100)
  local what = format("derive \"%s\"", spec.name)
  S.check_fields(what, spec, FIELDS)
  if spec.version ~= nil then check_name(what, "version", spec.version, 60) end
  if type(spec.config) ~= "function" then
    S.fail(format("%s: `config` is %s", what, spec.config == nil and "missing" or "a " .. type(spec.config)), {
      hint = "write config = function(opts, ctx) … end: it produces ctx.out when the derivation is built",
      word = spec.config ~= nil and "config" or "derive",
    })
  end
  local data = { name = spec.name, version = spec.version, config = spec.config }
  data.outputs = check_outputs(what, spec.outputs)
  check_platforms(what, spec.platforms)
  data.fixed = fixed_hash(what, spec.sha256, data.outputs)
  for _, switch in ipairs(SWITCHES) do data[switch] = check_switch(what, switch, spec[switch]) end
  data.opts = S.resolve_opts(what, spec.opts)
  data.meta = spec.meta ~= nil and S.copy_data(what, spec.meta, "meta") or {}
  local description, config, state = describe(data)
  -- One call for all the hashes: of the derivation, of its `config`, then of each output's placeholder.
  local hashes = S.host("derivation", description, config, table.concat(data.outputs, "\n")):gmatch("[^\n]+")
  local hash = hashes()
  data.hash, data.config_hash = hash, hashes()
  data.derivations, data.sources = in_order(data, state), S.sorted_keys(state.sources)
  data.placeholders = {}
  for _, output in ipairs(data.outputs) do
    local placeholder = hashes()
    data.placeholders[output] = placeholder
    S.outputs[placeholder] = hash
  end
  data.out = data.placeholders.out
  data.file, data.line = S.caller()
  data.callers = S.callers(4)
  S.names[data.config] = "config of " .. data.name
  -- Declared twice it is one derivation, whose place does not depend on which came first.
  local other = S.derivations[hash]
  if not other then
    S.derivations[hash] = data
    S.derivation_list[#S.derivation_list + 1] = data
  elseif data.file and (data.file < other.file or (data.file == other.file and data.line < other.line)) then
    other.file, other.line, other.callers, other.meta = data.file, data.line, data.callers, data.meta
  end
  return S.derivation_handle(data)
end

--- A derivation's hash by its resolved inputs: `objects.derivations` has by the hash of each derivation that it uses what
--- that has become, `objects.places` by the placeholder of each output its object. Empty where there is no such hash:
--- what is built may depend on how something that it uses was made.
function S.resolved_hash(hash, objects)
  local data = S.derivations[hash]
  if data.fixed or data.has_peeked then return "" end
  S.check_unchanged(data)
  local parts = { (describe(data, objects)) }
  -- The order decides which of two tools is found.
  for _, used in ipairs(data.derivations) do parts[#parts + 1] = S.resolved(used, objects) end
  return objects.unknown and "" or S.host("sha256", table.concat(parts, "\n"))
end

--- A derivation as JSON for the manifest.
function S.derivation_json(data)
  local function texts(list)
    return #list == 0 and "[]" or '["' .. table.concat(list, '","') .. '"]'
  end
  local switches = ""
  for _, switch in ipairs(SWITCHES) do
    if data[switch] then switches = switches .. format('"%s":true,', switch) end
  end
  local callers = {}
  for index, caller in ipairs(data.callers) do
    callers[index] = format('{"file":%s,"line":%d}', S.quote(caller.file), caller.line)
  end
  return format(
    '{"hash":"%s","name":%s,"version":%s,"outputs":%s,"fixed":%s,%s"opts":%s,"dependencies":%s,"sources":%s,"meta":%s,'
      .. '"place":{"file":%s,"line":%d}%s}',
    data.hash, S.quote(data.name), data.version and S.quote(data.version) or "null", texts(data.outputs),
    data.fixed and S.quote(data.fixed) or "null", switches, S.json(data.opts), texts(data.derivations), texts(data.sources),
    S.json(data.meta), S.quote(data.file or S.entry_file), data.line or 1,
    #callers > 0 and ',"callers":[' .. table.concat(callers, ",") .. "]" or "")
end
