-- The types of arguments and options (`src/manifest/fields.ts` declares them): each function checks a value and gives
-- its JSON. And how a call's arguments become fields.
local S = ...
local type, format, find, sub, match = type, string.format, string.find, string.sub, string.match
local concat, quote, ipairs = table.concat, S.quote, ipairs

local types = {}

-- What to point at in the user's line: an option by its name, an argument by the function that it is given to.
local function word_of(what, field) return field.option and (field.word or field.name) or match(what, "[%w_]+$") end

local function refuse(what, field, problem, hint)
  S.fail(format("%s: `%s` %s", what, field.name, problem), { hint = hint or field.hint, word = word_of(what, field) })
end

local function expected(what, field, value, wanted)
  local derivation = type(value) == "table" and S.derivation_data[value]
  local found = derivation and "derivation" or type(value)
  refuse(what, field, format("is a %s where %s is expected", found, wanted),
    derivation and "`.out` is the path of what it produces" or nil)
end

--- A value that is a text, else an error.
function S.check_string(what, name, value)
  if type(value) == "string" then return value end
  local field = { name = name, option = true }
  if value == nil then refuse(what, field, "is missing") end
  expected(what, field, value, "a text")
end

local function plain_text(what, field, value, wanted)
  if type(value) == "number" then return S.show(value) end
  if type(value) ~= "string" then expected(what, field, value, wanted or "a text") end
  return value
end

local function json_text(what, field, value) return quote(value, format("%s: `%s`", what, field.name)) end

local function fitting(what, field, value)
  if field.pattern and (not find(value, field.pattern) or #value > (field.max or #value)) then
    S.fail(format("%s: \"%s\" is not %s", what, S.lossy(value), field.noun), {
      hint = field.hint, word = value ~= "" and #value < 40 and value or word_of(what, field),
    })
  end
  return value
end

function types.text(what, field, value)
  return json_text(what, field, fitting(what, field, plain_text(what, field, value)))
end

--- A target: `~/…` or an absolute path.
function S.check_target(what, name, value)
  S.check_string(what, name, value)
  if not (find(value, "^~/") or find(value, "^/") or find(value, "^%a:[\\/]")) or find(value, "/syslua-", 1, true) == 1 then
    S.fail(format("%s: `%s` is \"%s\", which is not a place on this machine", what, name, S.lossy(value)), {
      hint = "a target starts with `~/` (the home folder) or `/`", word = name,
    })
  end
  if find(value, "\0", 1, true) then S.fail(format("%s: `%s` has a NUL byte in it", what, name), { word = name }) end
  if find(value, "..", 1, true) and find(value .. "/", "/../", 1, true) then
    S.fail(format("%s: `%s` is \"%s\", with `..` in it", what, name, S.lossy(value)), { word = name })
  end
  if value == "~/" or value == "/" then
    S.fail(format("%s: `%s` is a whole folder: name the file", what, name), { word = name })
  end
  return value
end
function types.target(what, field, value) return json_text(what, field, S.check_target(what, field.name, value)) end

--- The live place of something in a tree.
function S.live_path(tree, inner)
  local root = tree.root == "config" and S.dir or S.inputs[match(tree.root, "^input:(.*)$")].path
  return root .. (inner == "" and "" or "/" .. inner)
end

--- Where content comes from: a text with a path → path in the store, or the live path. Second result: it is live.
function S.origin_path(what, path, mutable)
  S.check_string(what, "source", path)
  if not mutable and find(path, "^%./") then return (S.source(what, path)), false end
  if find(path, "^/syslua%-out%-") or find(path, "^/syslua%-src%-") then
    if mutable then
      S.fail(what .. ": `mutable` is for files outside the store, and this one is in it", { word = "mutable" })
    end
    return path, false
  end
  if find(path, "^/syslua%-dir%-") or find(path, "^/syslua%-input%-") or find(path, "^[~/]") or find(path, "^%a:[\\/]") then
    if not mutable then
      S.fail(format("%s: `%s` lies outside the config's folder", what, path), {
        hint = "move it there, or add `mutable = true` to have a link to it", word = "source",
      })
    end
    return path, true
  end
  local tree = S.tree_of(S.caller())
  if mutable then
    local inner = S.clean_path(what, path)
    if not S.host("kind", tree.root, inner) then
      S.fail(format("%s: there is no file or folder `%s`", what, tree.prefix .. inner), { word = path })
    end
    return S.live_path(tree, inner), true
  end
  return (S.source(what, path)), false
end

function S.text_origin(text, executable, what)
  return '{"text":' .. quote(text, what) .. ',"executable":' .. (executable and "true" or "false") .. "}"
end
function S.path_origin(path) return '{"path":' .. quote(path) .. "}" end

function types.source(what, field, value, given)
  if type(value) ~= "string" then expected(what, field, value, "a text") end
  return S.path_origin((S.origin_path(what, value, field.live and given[field.live])))
end

--- A script or unit: a path when it looks like one, else the text itself.
function types.script(what, field, value)
  if type(value) ~= "string" then expected(what, field, value, "a text") end
  if find(value, "^/syslua%-%l+%-[0-9a-z]+[^\n]*$") or find(value, "^%.?/[^\n]*$") or find(value, "^~/[^\n]*$") then
    if sub(value, 1, 2) == "./" then return S.path_origin((S.source(what, value))) end
    if find(value, "^/syslua%-dir%-") or not find(value, "^/syslua%-") then
      S.fail(format("%s: `%s` lies outside the config's folder", what, value), {
        hint = "name a file beside the config as \"./…\", or give the text itself", word = field.name,
      })
    end
    return S.path_origin(value)
  end
  return S.text_origin(value, false, format("%s: `%s`", what, field.name))
end

function types.folder(what, field, value)
  if type(value) ~= "string" then expected(what, field, value, "a text") end
  return quote(find(value, "^/syslua%-") and value or S.source(what, value))
end

--- True or false; nil counts as false.
function S.check_boolean(what, name, value)
  if value ~= nil and type(value) ~= "boolean" then
    expected(what, { name = name, option = true }, value, "true or false")
  end
  return value == true
end
function types.flag(what, field, value)
  return S.check_boolean(what, field.name, value) and "true" or "false"
end

function types.whole(what, field, value)
  if math.type(value) ~= "integer" or value < (field.least or value) then
    refuse(what, field, format("is %s where a whole number%s is expected", S.show(value),
      field.least and format(" from %d", field.least) or ""))
  end
  return format("%d", value)
end

function types.number(what, field, value)
  if type(value) ~= "number" or value ~= value or value < (field.least or value) then
    refuse(what, field, format("is %s where a number%s is expected", S.show(value),
      field.least and format(" from %d", field.least) or ""))
  end
  return S.number_text(value)
end

--- Permission bits: octal digits in a text, or the bits themselves where a number may be meant as nothing else.
function types.mode(what, field, value)
  if type(value) == "string" and find(value, "^0?[0-7][0-7][0-7][0-7]?$") then return format("%d", tonumber(value, 8)) end
  if field.bits and math.type(value) == "integer" and value >= 0 and value <= 4095 then return format("%d", value) end
  refuse(what, field, format("is %s, not permissions", S.show(value)),
    format("write them as octal digits in a text: %s = \"0644\"", field.name))
end

function types.choice(what, field, value)
  for _, one in ipairs(field.choices) do
    if one == value then return quote(value) end
  end
  local near = type(value) == "string" and S.nearest(value, field.choices)
  refuse(what, field, format("is %s, which is none of %s",
    type(value) == "string" and '"' .. S.lossy(value) .. '"' or "a " .. type(value), concat(field.choices, ", ")),
    near and format("did you mean \"%s\"?", near))
end

local function list_json(what, field, value)
  local item = field.choices and types.choice or types.text
  local items = {}
  for index, one in ipairs(value) do
    local name = format("%s[%d]", field.name, index)
    items[index] = item(what, setmetatable({ name = name, word = field.name }, { __index = field }), one)
  end
  return "[" .. concat(items, ",") .. "]"
end

local function is_list(value)
  return type(value) == "table" and not S.derivation_data[value] and (S.is_list(value) or next(value) == nil)
end

function types.list(what, field, value)
  if is_list(value) then return list_json(what, field, value) end
  if type(value) == "table" then expected(what, field, value, "a list of texts") end
  return list_json(what, field, { value })
end

function types.texts(what, field, value)
  if is_list(value) then
    if #value == 0 then refuse(what, field, "is empty") end
    return list_json(what, field, value)
  end
  local text = plain_text(what, field, value, "a text or a list of texts")
  if text == "" then refuse(what, field, "is empty") end
  return types.text(what, field, text)
end

local function check_table(what, field, value)
  if type(value) ~= "table" or S.derivation_data[value] then expected(what, field, value, "a table") end
end

function types.map(what, field, value)
  check_table(what, field, value)
  local parts = {}
  for key, item in S.pairs(value) do
    local inner = { name = format("%s.%s", field.name, S.show(key)), option = field.option, word = field.name }
    if type(key) ~= "string" then refuse(what, field, "has no names in it") end
    if type(item) == "boolean" then item = item and "true" or "false" end
    parts[#parts + 1] = quote(key) .. ":" .. types.text(what, inner, item)
  end
  return "{" .. concat(parts, ",") .. "}"
end

function types.lists(what, field, value)
  check_table(what, field, value)
  local parts = {}
  for key, items in S.pairs(value) do
    fitting(what, field, type(key) == "string" and key or "")
    parts[#parts + 1] = quote(key) .. ":" .. types.list(what, { name = field.name .. "." .. key }, items)
  end
  return "{" .. concat(parts, ",") .. "}"
end

function types.data(what, field, value) return S.json(S.copy_data(what, value, field.name)) end

--- JSON of one field. `given` are all that the call gave, by name.
function S.field_json(what, field, value, given)
  if value ~= nil then return types[field.type](what, field, value, given) end
  if field.default then return field.default end
  if not field.optional then
    S.fail(format("%s: `%s` is missing", what, field.name), { hint = field.hint, word = match(what, "[%w_]+$") })
  end
  return "null"
end

--- What a call gave, by the names of the fields.
function S.arguments(what, spec, ...)
  local n, most = select("#", ...), #spec.args + (spec.options and 1 or 0)
  if n > most then
    S.fail(format("%s: takes %d argument%s, got %d", what, most, most == 1 and "" or "s", n), { word = match(what, "[%w_]+$") })
  end
  local values, given = { ... }, {}
  for index, field in ipairs(spec.args) do given[field.name] = values[index] end
  local options = values[#spec.args + 1]
  if options == nil then return given end
  if type(options) ~= "table" or S.derivation_data[options] then
    S.fail(format("%s: the options are a table, got a %s", what, type(options)), { word = match(what, "[%w_]+$") })
  end
  S.check_fields(what, options, spec.known)
  for _, field in ipairs(spec.options) do given[field.name] = options[field.name] end
  return given
end

--- `"name":value` of each field, and the override priority of that which may have one; nil where `mkIf` took it away.
function S.fields_json(what, spec, given)
  local parts, override = {}, 100
  for index, field in ipairs(spec.fields) do
    local value = given[field.name]
    if field.weighed then
      local priority, dropped
      value, priority, dropped = S.value_of(what, field.name, value)
      if dropped then return nil end
      override = priority
    end
    parts[index] = '"' .. field.name .. '":' .. S.field_json(what, field, value, given)
  end
  return concat(parts, ","), override
end

-- Puts the declared fields into one list, and names what there is.
for _, specs in ipairs { S.kinds, S.operations } do
  for _, spec in next, specs do
    spec.fields, spec.known, spec.by_name = {}, {}, {}
    for _, field in ipairs(spec.args) do spec.fields[#spec.fields + 1] = field end
    for index, field in ipairs(spec.options or {}) do
      field.option = true
      spec.fields[#spec.fields + 1], spec.known[index] = field, field.name
    end
    for _, field in ipairs(spec.context or {}) do spec.fields[#spec.fields + 1] = field end
    for _, field in ipairs(spec.fields) do spec.by_name[field.name] = field end
  end
end
