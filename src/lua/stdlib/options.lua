-- `lib.options`: a checker for the options of a module. Errors show the line that called the module.
local S = ...
local type, format, concat, next = type, string.format, table.concat, next

local checks = {}
function checks.string(v) return type(v) == "string" end
function checks.number(v) return type(v) == "number" and v == v end
function checks.integer(v) return math.type(v) == "integer" end
function checks.boolean(v) return type(v) == "boolean" end
function checks.port(v) return math.type(v) == "integer" and v >= 1 and v <= 65535 end
function checks.path(v) return type(v) == "string" and v:find("^[/~.]") ~= nil end
checks["function"] = function(v) return type(v) == "function" end
function checks.table(v) return type(v) == "table" and not S.derivation_data[v] end
function checks.list(v) return type(v) == "table" and (S.is_list(v) or next(v) == nil) end
function checks.derivation(v) return type(v) == "table" and S.derivation_data[v] ~= nil end
function checks.any() return true end
function checks.enum(v, spec)
  for _, allowed in ipairs(spec.values) do if v == allowed then return true end end
  return false
end

local WORDS = {
  string = "a text", number = "a number", integer = "a whole number", boolean = "true or false",
  port = "a port (1 to 65535)", path = "a path", ["function"] = "a function", table = "a table", list = "a list",
  derivation = "a derivation", any = "anything",
}

local TYPES = S.sorted_keys(checks)
local FIELDS = { "type", "default", "required", "description", "values", "options", "of" }

local function expected(spec)
  if spec.type == "enum" then
    local values = {}
    for index, value in ipairs(spec.values) do
      values[index] = type(value) == "string" and format("%q", value) or S.show(value)
    end
    return "one of " .. concat(values, ", ")
  end
  if spec.of then return "a list of " .. spec.of .. "s" end
  return WORDS[spec.type]
end

local function found(value)
  if type(value) == "string" then return #value <= 40 and format("%q", value) or "a long text" end
  if type(value) == "table" then return S.derivation_data[value] and "a derivation" or "a table" end
  return (type(value) == "function" and "a function") or S.show(value)
end

local function check_declaration(declared, path)
  if type(declared) ~= "table" then
    S.fail("lib.options: expected a table of options", { word = "options" })
  end
  for name, spec in S.pairs(declared) do
    local where = path .. S.show(name)
    if type(spec) ~= "table" then
      S.fail(format("lib.options: `%s` is a %s, not a description", where, type(spec)), {
        hint = format("write %s = { type = \"string\", default = … }", S.show(name)), word = S.show(name),
      })
    end
    S.check_fields("lib.options: `" .. where .. "`", spec, FIELDS)
    if spec.options then check_declaration(spec.options, where .. ".")
    else
      if type(spec.type) ~= "string" or not checks[spec.type] then
        local near = type(spec.type) == "string" and S.nearest(spec.type, TYPES)
        S.fail(format("lib.options: `%s` has no known type", where), {
          hint = near and format("did you mean \"%s\"?", near) or "types are " .. concat(TYPES, ", "), word = S.show(name),
        })
      end
      if spec.type == "enum" and type(spec.values) ~= "table" then
        S.fail(format("lib.options: `%s` lists no `values`", where), { word = S.show(name) })
      end
      if spec.of and (spec.type ~= "list" or not checks[spec.of]) then
        S.fail(format("lib.options: `%s`: `of` names the type of a list's elements", where), { word = S.show(name) })
      end
    end
  end
end

local function check_value(what, path, name, spec, value)
  local ok = checks[spec.type](value, spec)
  if ok and spec.of then
    for index, item in ipairs(value) do
      if not checks[spec.of](item, {}) then
        S.fail(format("%s: `%s%s[%d]` is %s where %s is expected", what, path, name, index, found(item), WORDS[spec.of]),
          { word = name })
      end
    end
  end
  if not ok then
    S.fail(format("%s: `%s%s` is %s where %s is expected", what, path, name, found(value), expected(spec)), {
      hint = spec.description, word = name,
    })
  end
end

local function apply(what, declared, given, path)
  if given == nil then given = {} end
  if type(given) ~= "table" then
    S.fail(format("%s: the options are a table, got %s", what, found(given)))
  end
  local names = S.sorted_keys(declared)
  for key in S.pairs(given) do
    if declared[key] == nil then
      local near = type(key) == "string" and S.nearest(key, names)
      S.fail(format("%s: there is no option `%s%s`", what, path, S.show(key)), {
        hint = near and format("did you mean `%s`?", near) or "there are " .. concat(names, ", "), word = S.show(key),
      })
    end
  end
  local result = {}
  for _, name in ipairs(names) do
    local spec, value = declared[name], given[name]
    if spec.options then result[name] = apply(what, spec.options, value, path .. name .. ".")
    elseif value ~= nil then
      check_value(what, path, name, spec, value)
      result[name] = value
    elseif spec.required then
      S.fail(format("%s: `%s%s` is missing", what, path, name), {
        hint = spec.description and format("%s: %s", name, spec.description) or format("it is %s", expected(spec)),
      })
    else result[name] = spec.default end
  end
  return result
end

-- The nearest frame outside of the file that declares the options: whoever called the module.
local function blame(file, f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  if S.is_error(result) then
    for _, frame in ipairs(S.frames(nil, 2)) do
      if frame.file ~= file then result.file, result.line = frame.file, frame.line break end
    end
  end
  error(result, 0)
end

--- Gives a function that checks a table, fills in defaults and returns a new one. `name` starts its messages.
function S.options(declared, name)
  check_declaration(declared, "")
  local file = S.caller()
  local what = name or (file and file:gsub("/?init%.lua$", ""):gsub("%.lua$", ""):match("([^/]+)$")) or "options"
  return function(given) return blame(file, apply, what, declared, given, "") end
end
