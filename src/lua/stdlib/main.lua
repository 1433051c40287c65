-- What the other side calls: `load` the entry file, `setup` it, and `open` and `step` the builds.
local S = ...
local type, format, concat, next = type, string.format, table.concat, next

local SMALLEST = "the smallest correct file is:\n\nlocal M = {}\nfunction M.setup(inputs)\nend\nreturn M"

local module, inputs_view

local function input_json(name, value)
  local what = format("inputs.%s", name)
  local at = { word = name, file = S.entry_file, line = S.line_of(name) }
  local function refuse(message, hint)
    S.fail(format("%s: %s", what, message), { word = name, file = at.file, line = at.line, hint = hint })
  end
  if type(value) == "string" then value = { url = value } end
  if type(value) ~= "table" then
    refuse("expected a text or a table, got a " .. type(value), "write " .. name .. " = \"git:https://…\"")
  end
  local known = { "url", "ref", "dir", "auth", "inputs", "follows" }
  for key in S.pairs(value) do
    local found = false
    for _, field in ipairs(known) do found = found or field == key end
    if not found then
      local near = type(key) == "string" and S.nearest(key, known)
      refuse(format("there is no field `%s`", S.show(key)),
        near and format("did you mean `%s`?", near) or "its fields are " .. concat(known, ", "))
    end
  end
  for _, field in ipairs { "url", "ref", "dir", "auth", "follows" } do
    if value[field] ~= nil and type(value[field]) ~= "string" then
      refuse(format("`%s` is a %s where a text is expected", field, type(value[field])))
    end
  end
  if value.follows ~= nil then
    refuse("`follows` is for the inputs of an input", "write inputs = { x = { follows = \"pkgs\" } } in the entry of the one")
  end
  local follows = {}
  if value.inputs ~= nil and type(value.inputs) ~= "table" then refuse("`inputs` is a " .. type(value.inputs)) end
  for inner, spec in S.pairs(value.inputs or {}) do
    if type(inner) ~= "string" or type(spec) ~= "table" or type(spec.follows) ~= "string" then
      refuse(format("`inputs.%s` does not say what it follows", S.show(inner)),
        format("write inputs = { %s = { follows = \"…\" } }", S.show(inner)))
    end
    follows[inner] = spec.follows
  end
  return S.json {
    url = value.url or S.null, ref = value.ref or S.null, dir = value.dir or S.null, auth = value.auth or S.null,
    follows = S.as_map(follows), place = { file = at.file, line = at.line },
  }
end

--- Line of the entry file in which a name is given a value.
function S.line_of(name)
  local number = 0
  local inside = false
  for line in (S.entry_text .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    inside = inside or line:find("inputs", 1, true) ~= nil
    if inside and line:find("%f[%w_]" .. name:gsub("%p", "%%%0") .. "%f[^%w_]\"?%]?%s*=") then return number end
  end
  return 1
end

--- Phase 1. Gives the declared inputs as JSON. `required` is "entry" when it must be an entry point.
local function load_entry(file, text, required)
  S.entry_file, S.entry_text = file, text
  module = S.load_entry(file, text)
  if type(module) ~= "table" or (required == "entry" and type(module.setup) ~= "function") then
    if required ~= "entry" then return "{}" end
    local what = type(module) == "table" and (module.setup == nil and "a table without `setup`"
      or "a table whose `setup` is a " .. type(module.setup)) or (module == true and "nothing" or "a " .. type(module))
    S.fail(format("Cannot use %s: it returns %s", file, what), { file = file, line = S.last_line(text), hint = SMALLEST })
  end
  local inputs = module.inputs
  if inputs == nil then return "{}" end
  if type(inputs) ~= "table" then
    S.fail(format("%s: `inputs` is a %s where a table is expected", file, type(inputs)),
      { file = file, line = S.line_of("inputs"), word = "inputs" })
  end
  local parts = {}
  for name, value in S.pairs(inputs) do
    if type(name) ~= "string" then
      S.fail(format("%s: `inputs[%s]` has no name", file, S.show(name)), {
        file = file, line = S.line_of("inputs"), hint = "write name = \"git:https://…\"", word = "inputs",
      })
    end
    parts[#parts + 1] = S.quote(name) .. ":" .. input_json(name, value)
  end
  return "{" .. concat(parts, ",") .. "}"
end

function S.last_line(text)
  local _, count = text:gsub("\n", "\n")
  return math.max(1, text:sub(-1) == "\n" and count or count + 1)
end

--- The resolved inputs, as the tables that `setup` is given.
local function set_inputs(list)
  local views = {}
  for _, input in ipairs(list) do
    local view = { path = input.path, hash = input.hash, type = input.type }
    if input.rev ~= S.null then view.rev = input.rev end
    if input.last_modified ~= S.null then view.last_modified = input.last_modified end
    S.inputs[input.key], S.input_hashes[input.path] = { key = input.key, path = input.path }, input.hash
    if not input.key:find("/", 1, true) then views[input.key] = S.constant("inputs." .. input.key, view) end
  end
  inputs_view = S.constant("inputs", views, function(name)
    local near = type(name) == "string" and S.nearest(name, S.sorted_keys(views))
    S.fail(format("There is no input `%s`", S.show(name)), {
      hint = near and format("did you mean `%s`?", near)
        or "inputs are declared by `M.inputs = { " .. S.show(name) .. " = \"git:https://…\" }`",
      word = S.show(name),
    })
  end)
end

local function list_of(strings) return "[" .. concat(strings, ",") .. "]" end

--- Phase 2. Gives everything that was declared, as JSON.
local function setup()
  S.names[module.setup] = "setup"
  module.setup(inputs_view)
  local derivations, sources, reads, kinds = {}, {}, {}, {}
  for index, data in ipairs(S.derivation_list) do derivations[index] = S.derivation_json(data) end
  for placeholder, source in next, S.sources do
    sources[#sources + 1] = '{"id":"' .. S.source_id(placeholder) .. '","name":' .. S.quote(source[1])
      .. ',"path":' .. S.quote(source[2]) .. ',"root":' .. S.quote(source[3]) .. "}"
  end
  for fact, value in next, S.reads do reads[#reads + 1] = format('{"fact":%s,"value":%s}', S.quote(fact), value) end
  for name, separator in next, S.env_kinds do
    kinds[#kinds + 1] = S.quote(name) .. ":" .. (separator and S.quote(separator) or "null")
  end
  return format('{"derivations":%s,"activations":%s,"sources":%s,"reads":%s,"environment":{%s}}',
    list_of(derivations), S.activations_json(), list_of(sources), list_of(reads), concat(kinds, ","))
end

local entries = {
  facts = function(values) S.set_facts(S.decode(values)) return "null" end,
  load = load_entry,
  inputs = function(list) set_inputs(S.decode(list)) return "null" end,
  setup = setup,
  open = function(hash) return format("%d", S.open_run(hash)) end,
  resolve = function(hash, objects) return S.resolved_hash(hash, S.decode(objects)) end,
  start = function(id, facts) return S.step(tonumber(id), S.decode(facts)) end,
  resume = function(id, reply) return S.step(tonumber(id), nil, S.decode(reply)) end,
}

--- Calls an entry. Gives `+` and its result, `-` and the error as JSON, or `!` when the memory is full.
function sys_enter(name, ...)
  S.current = nil
  local ok, result = xpcall(entries[name], S.handler, ...)
  S.current = nil
  if ok then return "+" .. result end
  if result == S.MEMORY_IS_FULL then return "!" end
  return "-" .. S.json(S.error_data(S.is_error(result) and result or S.wrap_error(result)))
end
