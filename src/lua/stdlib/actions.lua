-- The `ctx` of an activation: each method checks its arguments and records one action, as JSON for the manifest.
-- Nothing happens here.
local S = ...
local type, format, find, sub, match = type, string.format, string.find, string.sub, string.match
local concat, quote = table.concat, S.quote

local function check_string(what, field, value)
  if type(value) ~= "string" then
    local hint
    if type(value) == "table" and S.derivation_data[value] then hint = "`.out` is the path of what it produces" end
    S.fail(format("%s: `%s` is %s where a text is expected", what, field,
      value == nil and "missing" or "a " .. S.show(type(value) == "table" and S.derivation_data[value]
        and "derivation" or type(value))), { hint = hint })
  end
  return value
end
S.check_string = check_string

local function check_boolean(what, field, value)
  if value ~= nil and type(value) ~= "boolean" then
    S.fail(format("%s: `%s` is a %s where true or false is expected", what, field, type(value)), { word = field })
  end
  return value == true
end
S.check_boolean = check_boolean

local function check_options(what, options, known)
  if options == nil then return {} end
  if type(options) ~= "table" then
    S.fail(format("%s: the options are a table, got a %s", what, type(options)))
  end
  S.check_fields(what, options, known)
  return options
end

--- A target: `~/…` or an absolute path.
local function check_target(what, field, value)
  check_string(what, field, value)
  if not (find(value, "^~/") or find(value, "^/") or find(value, "^%a:[\\/]")) or find(value, "/syslua-", 1, true) == 1 then
    S.fail(format("%s: `%s` is \"%s\", which is not a place on this machine", what, field, S.lossy(value)), {
      hint = "a target starts with `~/` (the home folder) or `/`", word = field,
    })
  end
  if find(value .. "/", "/../", 1, true) then
    S.fail(format("%s: `%s` is \"%s\", with `..` in it", what, field, S.lossy(value)), { word = field })
  end
  if value == "~/" or value == "/" then
    S.fail(format("%s: `%s` is a whole folder: name the file", what, field), { word = field })
  end
  return value
end
S.check_target = check_target

--- Permission bits, written as octal text.
local function check_mode(what, value)
  if value == nil then return nil end
  if type(value) ~= "string" or not find(value, "^0?[0-7][0-7][0-7][0-7]?$") then
    S.fail(format("%s: `mode` is %s, not permissions", what, S.show(value)), {
      hint = "write them as octal digits in a text: mode = \"0644\"", word = "mode",
    })
  end
  return tonumber(value, 8)
end
S.check_mode = check_mode

--- Where content comes from: a text with a path → path in the store, or the live path. Second result: it is live.
function S.origin_path(what, path, mutable)
  check_string(what, "source", path)
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

--- The live place of something in a tree.
function S.live_path(tree, inner)
  local root = tree.root == "config" and S.dir or S.inputs[match(tree.root, "^input:(.*)$")].path
  return root .. (inner == "" and "" or "/" .. inner)
end

local function text_origin(text, executable, what)
  return '{"text":' .. quote(text, what) .. ',"executable":' .. (executable and "true" or "false") .. "}"
end
local function path_origin(path) return '{"path":' .. quote(path) .. "}" end
S.text_origin, S.path_origin = text_origin, path_origin

local function override_field(override) return override ~= 100 and format(',"override":%s', S.number_text(override)) or "" end
S.override_field = override_field

--- A script or unit: a path when it looks like one, else the text itself.
local function text_or_path(what, field, value, executable)
  check_string(what, field, value)
  if find(value, "^/syslua%-%l+%-[0-9a-z]+[^\n]*$") or find(value, "^%.?/[^\n]*$") or find(value, "^~/[^\n]*$") then
    if sub(value, 1, 2) == "./" then return path_origin((S.source(what, value))) end
    if find(value, "^/syslua%-dir%-") or not find(value, "^/syslua%-") then
      S.fail(format("%s: `%s` lies outside the config's folder", what, value), {
        hint = "name a file beside the config as \"./…\", or give the text itself", word = field,
      })
    end
    return path_origin(value)
  end
  return text_origin(value, executable, what .. ": `" .. field .. "`")
end

--- Values of an environment variable as JSON, one action for each override priority among them.
--- A list that is given as one value keeps its order.
function S.env_actions(what, name, op, value)
  if type(name) ~= "string" or not find(name, "^[A-Za-z_][A-Za-z0-9_]*$") then
    S.fail(format("%s: \"%s\" is no name for a variable", what, S.show(name)), {
      hint = "letters, digits and _ can be in it", word = type(name) == "string" and name or nil,
    })
  end
  local groups, order, listed = {}, {}, false
  local function add(item, override, position)
    local kind = type(item)
    if kind == "number" then item = S.show(item)
    elseif kind ~= "string" then
      check_string(what, name, item)
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

local methods = {}

local function record(ctx, action)
  local actions = S.activation_actions[ctx]
  if actions.closed then
    S.fail("Cannot add to an activation after its `config` has returned", {
      hint = "`ctx` is for use inside `config`",
    })
  end
  actions[#actions + 1] = action
end

function methods.add_to_path(ctx, dir, options)
  options = check_options("ctx.add_to_path", options, { "priority" })
  check_string("ctx.add_to_path", "dir", dir)
  if not find(dir, "^/syslua%-") then dir = S.source("ctx.add_to_path", dir) end
  local priority = options.priority or 100
  if math.type(priority) ~= "integer" then
    S.fail("ctx.add_to_path: `priority` is a whole number, the lowest wins", { word = "priority" })
  end
  record(ctx, format('{"kind":"profile","dir":%s,"priority":%d}', quote(dir), priority))
end

function methods.symlink(ctx, source, target, options)
  options = check_options("ctx.symlink", options, { "mutable", "force" })
  local mutable = check_boolean("ctx.symlink", "mutable", options.mutable)
  local value, override, dropped = S.value_of("ctx.symlink", "source", source)
  if dropped then return end
  local path, live = S.origin_path("ctx.symlink", value, mutable)
  check_target("ctx.symlink", "target", target)
  record(ctx, format('{"kind":"link","target":%s,"origin":%s,"mutable":%s,"force":%s%s}', quote(target), path_origin(path),
    live and "true" or "false", check_boolean("ctx.symlink", "force", options.force) and "true" or "false",
    override_field(override)))
end

local function owner_text(what, owner)
  if owner == nil then return "null" end
  check_string(what, "owner", owner)
  if not find(owner, "^[%w_.-]+:?[%w_.-]*$") then
    S.fail(format("%s: `owner` is \"%s\"", what, owner), { hint = "write owner = \"user\" or \"user:group\"", word = "owner" })
  end
  return quote(owner)
end
S.owner_text = owner_text

function methods.copy(ctx, source, target, options)
  options = check_options("ctx.copy", options, { "mode", "owner", "mutable", "force" })
  local value, override, dropped = S.value_of("ctx.copy", "source", source)
  if dropped then return end
  local path = S.origin_path("ctx.copy", value, false)
  check_target("ctx.copy", "target", target)
  local mode = check_mode("ctx.copy", options.mode)
  record(ctx, format('{"kind":"copy","target":%s,"origin":%s,"mode":%s,"owner":%s,"mutable":%s,"force":%s%s}',
    quote(target), path_origin(path), mode or "null", owner_text("ctx.copy", options.owner),
    check_boolean("ctx.copy", "mutable", options.mutable) and "true" or "false",
    check_boolean("ctx.copy", "force", options.force) and "true" or "false", override_field(override)))
end

local SHELLS = { "sh", "bash", "zsh", "fish", "powershell", "nushell" }
function methods.source_in_shell(ctx, script, options)
  options = check_options("ctx.source_in_shell", options, { "shells" })
  local origin = text_or_path("ctx.source_in_shell", "script", script, false)
  local shells = options.shells or {}
  if type(shells) == "string" then shells = { shells } end
  local names = {}
  for index, name in ipairs(shells) do
    local found = false
    for _, shell in ipairs(SHELLS) do found = found or shell == name end
    if not found then
      S.fail(format("ctx.source_in_shell: there is no shell `%s`", S.show(name)), {
        hint = "shells are " .. concat(SHELLS, ", "), word = "shells",
      })
    end
    names[index] = quote(name)
  end
  record(ctx, format('{"kind":"shell","origin":%s,"shells":[%s]}', origin, concat(names, ",")))
end

for name, op in next, { set_env = "set", prepend_env = "prepend", append_env = "append" } do
  methods[name] = function(ctx, variable, value)
    if value == nil then S.fail(format("ctx.%s: `value` is missing", name)) end
    for _, action in ipairs(S.env_actions("ctx." .. name, variable, op, value)) do record(ctx, action) end
  end
end

function methods.enable_service(ctx, name, options)
  options = check_options("ctx.enable_service", options, { "unit", "user" })
  check_string("ctx.enable_service", "name", name)
  if not find(name, "^[%w][%w@_.:\\-]*$") then
    S.fail(format("ctx.enable_service: \"%s\" is no name for a service", S.lossy(name)), {
      hint = "letters, digits and @ _ . : - can be in it", word = name,
    })
  end
  local unit, override, dropped = S.value_of("ctx.enable_service", "unit", options.unit)
  if dropped then return end
  local origin = text_or_path("ctx.enable_service", "unit", unit, false)
  local user = options.user
  if user == nil then user = true end
  record(ctx, format('{"kind":"service","name":%s,"unit":%s,"user":%s%s}', quote(name), origin,
    check_boolean("ctx.enable_service", "user", user) and "true" or "false", override_field(override)))
end

function methods.set_persistent_env(ctx, name, value)
  local inner, override, dropped = S.value_of("ctx.set_persistent_env", "value", value)
  if dropped then return end
  if type(name) ~= "string" or not find(name, "^[A-Za-z_][A-Za-z0-9_]*$") then
    S.fail(format("ctx.set_persistent_env: \"%s\" is no name for a variable", S.show(name)))
  end
  if type(inner) == "number" then inner = S.show(inner) end
  record(ctx, format('{"kind":"persistent_env","name":"%s","value":%s%s}', name,
    quote(check_string("ctx.set_persistent_env", "value", inner)), override_field(override)))
end

function methods.set_default(ctx, domain, key, value)
  check_string("ctx.set_default", "domain", domain)
  check_string("ctx.set_default", "key", key)
  local inner, override, dropped = S.value_of("ctx.set_default", "value", value)
  if dropped then return end
  if inner == nil then S.fail("ctx.set_default: `value` is missing") end
  inner = S.copy_data("ctx.set_default", inner, "value")
  record(ctx, format('{"kind":"default","domain":%s,"key":%s,"value":%s%s}', quote(domain), quote(key), S.json(inner),
    override_field(override)))
end

local function account_name(what, field, value)
  check_string(what, field, value)
  if not find(value, "^[A-Za-z_][A-Za-z0-9_.-]*%$?$") or #value > 32 then
    S.fail(format("%s: \"%s\" is no name for a %s", what, S.lossy(value), field), { word = value })
  end
  return quote(value)
end

function methods.add_to_group(ctx, user, group)
  record(ctx, format('{"kind":"account","account":{"what":"membership","user":%s,"group":%s}}',
    account_name("ctx.add_to_group", "user", user), account_name("ctx.add_to_group", "group", group)))
end

local function account(what, field, known)
  return function(ctx, name, options)
    options = check_options(what, options, known)
    record(ctx, format('{"kind":"account","account":{"what":"%s","name":%s,"options":%s}}', field,
      account_name(what, field, name), S.json(S.copy_data(what, options, "options"))))
  end
end
methods.ensure_user = account("ctx.ensure_user", "user",
  { "uid", "group", "groups", "home", "shell", "comment", "system", "create_home" })
methods.ensure_group = account("ctx.ensure_group", "group", { "gid", "system" })

function methods.host_packages(ctx, packages)
  if type(packages) ~= "table" then
    S.fail("ctx.host_packages: expected a table such as { apt = { \"git\" } }")
  end
  local parts = {}
  for manager, names in S.pairs(packages) do
    if type(manager) ~= "string" or not find(manager, "^[a-z][a-z0-9_-]*$") then
      S.fail(format("ctx.host_packages: \"%s\" is no name for a package manager", S.show(manager)))
    end
    if type(names) == "string" then names = { names } end
    local list = {}
    for index, name in ipairs(S.copy_data("ctx.host_packages", names, manager)) do
      check_string("ctx.host_packages", manager, name)
      if not find(name, "^[%w@][%w@+._:/=~-]*$") then
        S.fail(format("ctx.host_packages: \"%s\" is no name for a package", S.lossy(name)), { word = name })
      end
      list[index] = quote(name)
    end
    parts[#parts + 1] = quote(manager) .. ":[" .. concat(list, ",") .. "]"
  end
  record(ctx, '{"kind":"host_packages","packages":{' .. concat(parts, ",") .. "}}")
end

function methods.run(ctx, command, options)
  options = check_options("ctx.run", options, { "check", "undo", "on" })
  local text
  if type(command) == "table" and not S.derivation_data[command] then
    local list = {}
    for index, part in ipairs(command) do list[index] = quote(check_string("ctx.run", "command", part)) end
    if #list == 0 then S.fail("ctx.run: the command is empty") end
    text = "[" .. concat(list, ",") .. "]"
  else
    if check_string("ctx.run", "command", command) == "" then S.fail("ctx.run: the command is empty") end
    text = quote(command)
  end
  local on = options.on or "change"
  if on ~= "change" and on ~= "always" then
    S.fail(format("ctx.run: `on` is \"%s\"", S.show(on)), { hint = "it is \"change\" or \"always\"", word = "on" })
  end
  local function optional(field)
    if options[field] == nil then return "null" end
    return quote(check_string("ctx.run", field, options[field]))
  end
  record(ctx, format('{"kind":"run","command":%s,"check":%s,"undo":%s,"on":"%s"}', text, optional("check"),
    optional("undo"), on))
end

S.activation_methods = methods
