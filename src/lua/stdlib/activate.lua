-- `activate`, `file`, `env`, `user` and `project`: each leaves one declared activation, as JSON.
local S = ...
local type, format, find, sub, match, concat = type, string.format, string.find, string.sub, string.match, table.concat
local setmetatable, quote = setmetatable, S.quote

-- Handle → its place in the list, from 0.
S.activation_data = {}
-- `ctx` → its actions.
S.activation_actions = {}
-- Whose block is running.
local scope = {}

local Activation = {
  __name = "activation", __metatable = false,
  __index = function(_, key)
    S.fail(format("An activation has no field `%s`", S.show(key)), {
      hint = "it can be named in `after = { … }` of another", word = S.show(key),
    })
  end,
  __newindex = function() S.fail("Cannot change an activation once it is declared") end,
  __tostring = function() return "activation" end,
}

local function text_or_null(text) return text and quote(text) or "null" end

local function refuse_in_build(what)
  if S.current then
    S.fail(what .. ": a build is running", { hint = "declare it outside of `config`", word = what })
  end
end

-- JSON of the declared activations in the order of declaration, in chunks that are joined once at the end.
local chunks, size, count = {}, 0, 0
-- How one in the present scope goes on after its name, and how one without name and `after` starts.
local scope_json, plain_start
-- File → how a place in it starts.
local places = {}

local function enter_scope(user, project)
  scope_json = format(',"user":%s,"project":%s,"after":[', text_or_null(user), text_or_null(project))
  plain_start = '{"name":null' .. scope_json .. '],"actions":['
end
enter_scope(nil, nil)

function S.activations_json() return "[" .. concat(chunks) .. "]" end

--- Adds an activation; `actions` is their JSON, joined by commas.
local function declare(name, actions, after)
  local file, line = S.caller()
  file = file or S.entry_file
  local place = places[file]
  if not place then
    place = '],"place":{"file":' .. quote(file) .. ',"line":'
    places[file] = place
  end
  local start = plain_start
  if name or after then
    start = '{"name":' .. text_or_null(name) .. scope_json .. (after or "") .. '],"actions":['
  end
  chunks[size + 1], chunks[size + 2], chunks[size + 3] = count > 0 and "," or "", start, actions
  chunks[size + 4], chunks[size + 5], chunks[size + 6] = place, line or 1, "}}"
  size = size + 6
  local handle = setmetatable({}, Activation)
  S.activation_data[handle] = count
  count = count + 1
  return handle
end

local function after_list(what, after)
  if after == nil then return nil end
  if type(after) ~= "table" then S.fail(what .. ": `after` is a list of activations", { word = "after" }) end
  if S.activation_data[after] then after = { after } end
  local list = {}
  for key, other in S.pairs(after) do
    local index = type(other) == "table" and S.activation_data[other]
    if not index then
      S.fail(format("%s: `after[%s]` is no activation", what, S.show(key)), {
        hint = "`after` names what `activate`, `file` or `env` returned; builds come before all activations by themselves",
        word = "after",
      })
    end
    list[#list + 1] = format("%d", index)
  end
  return concat(list, ",")
end

local function expect_spec(what, spec, example)
  refuse_in_build(what)
  if type(spec) ~= "table" then
    S.fail(format("%s: expected a table, got %s", what, type(spec)), { hint = "write " .. example, word = what })
  end
end

-- `ctx` → name of its activation.
local names = {}

local function no_method(key)
  local known = S.sorted_keys(S.activation_methods)
  local near = type(key) == "string" and S.nearest(key, known)
  S.fail(format("`ctx` of an activation has no `%s`", S.show(key)), {
    hint = S.build_methods[key] and "that is for `config` of a derivation: an activation has no way to read or to build"
      or near and format("did you mean `%s`?", near) or "it has " .. concat(known, ", "),
    word = S.show(key),
  })
end

local Context = {
  __name = "ctx", __metatable = false,
  __index = function(ctx, key)
    local method = S.activation_methods[key]
    if not method then
      if key == "sys" then return S.facts end
      if key == "name" then return names[ctx] end
      no_method(key)
    end
    return function(...)
      if (...) == ctx then
        S.fail(format("ctx.%s: called with a colon", key), { hint = format("write `ctx.%s(…)`", key), word = key })
      end
      return method(ctx, ...)
    end
  end,
  __newindex = function(_, key) S.fail(format("Cannot assign to `ctx.%s`", S.show(key)), { word = S.show(key) }) end,
  __pairs = function(ctx)
    local t = { name = names[ctx], sys = S.facts }
    for key in next, S.activation_methods do t[key] = ctx[key] end
    return S.pairs(t)
  end,
}

local function context(name)
  local ctx = setmetatable({}, Context)
  S.activation_actions[ctx], names[ctx] = {}, name
  return ctx
end

local ACTIVATE_FIELDS = { "name", "opts", "config", "after" }

function S.activate(spec)
  expect_spec("activate", spec, "activate { config = function(opts, ctx) … end }")
  S.check_fields("activate", spec, ACTIVATE_FIELDS)
  local what = "activate"
  if spec.name ~= nil then
    S.check_string("activate", "name", spec.name)
    if find(spec.name, "%c") or #spec.name > 200 then
      S.fail("activate: `name` is one line of up to 200 characters", { word = "name" })
    end
    what = format("activate \"%s\"", spec.name)
  end
  if type(spec.config) ~= "function" then
    S.fail(format("%s: `config` is %s", what, spec.config == nil and "missing" or "a " .. type(spec.config)), {
      hint = "write config = function(opts, ctx) … end", word = spec.config ~= nil and "config" or "activate",
    })
  end
  local ctx = context(spec.name)
  S.names[spec.config] = "config of " .. (spec.name or "activate")
  local opts = S.resolve_opts(what, spec.opts)
  spec.config(opts, ctx)
  local actions = S.activation_actions[ctx]
  actions.closed = true
  return declare(spec.name, concat(actions, ","), after_list(what, spec.after))
end

local FILE_FIELDS = {
  "path", "source", "content", "template", "vars", "mutable", "mode", "executable", "recursive", "force", "owner",
}

local FLAGS = { "mutable", "executable", "recursive", "force" }
local CONTENTS = { "source", "content", "template" }

-- Puts values into `{{name}}`.
local function fill(what, text, vars)
  if type(vars) ~= "table" then S.fail(what .. ": `vars` is a table of values", { word = "vars" }) end
  return S.interpolate(what, text, vars)
end

local function flag(value) return value and "true" or "false" end

local function link_action(target, path, live, force, override)
  return format('{"kind":"link","source":%s,"target":%s,"mutable":%s,"force":%s%s}', S.path_origin(path), quote(target),
    flag(live), flag(force), S.override_field(override))
end

local function copy_action(target, origin, mode, owner, mutable, force, override)
  return format('{"kind":"copy","source":%s,"target":%s,"mode":%s,"owner":%s,"mutable":%s,"force":%s%s}', origin,
    quote(target), mode, owner, flag(mutable), flag(force), S.override_field(override))
end

-- `mode` and `owner` as `ctx.copy` takes them, as JSON; null where the file may be a link.
local function permissions(what, spec)
  local fields = S.kinds.copy.by_name
  return S.field_json(what, fields.mode, spec.mode), S.field_json(what, fields.owner, spec.owner)
end

-- One action for each file below a folder of a tree.
local function recursive_actions(what, spec, source, path, mode, owner, override)
  if find(source, "^[/~]") then
    S.fail(what .. ": `recursive` is for folders beside the config", {
      hint = "without `recursive` there is one link to the whole folder", word = "recursive",
    })
  end
  local tree = S.tree_of(S.caller())
  local inner = S.clean_path(what, source)
  local names = S.walk(what, tree, inner)
  if not names then
    S.fail(format("%s: `%s` is no folder", what, tree.prefix .. inner), {
      hint = "leave out `recursive` for a single file", word = "recursive",
    })
  end
  local live = spec.mutable and S.live_path(tree, inner)
  local folder = source:gsub("/+$", "")
  local actions = {}
  for index, name in ipairs(names) do
    local target = path:gsub("/+$", "") .. "/" .. name
    -- Each file is a source of its own, so that a change of one changes one link.
    local from = live and live .. "/" .. name or (S.source(what, folder .. "/" .. name))
    if mode ~= "null" or owner ~= "null" then
      actions[index] = copy_action(target, S.path_origin(from), mode, owner, false, spec.force, override)
    else
      actions[index] = link_action(target, from, spec.mutable, spec.force, override)
    end
  end
  return actions
end

-- Which of `source`, `content` and `template` is given.
local function content_field(what, spec)
  local given
  for index = 1, #CONTENTS do
    local field = CONTENTS[index]
    if spec[field] ~= nil then
      if given then
        S.fail(format("file: give either `%s` or `%s`, not both", given, field), {
          hint = "`content` is for text that Lua makes, `source` for a file beside the config, `template` for one with "
            .. "{{names}} in it",
          word = "file",
        })
      end
      given = field
    end
  end
  if not given then
    S.fail(what() .. ": what is to be in it?", {
      hint = "give `source` (a file beside the config), `content` (text) or `template`", word = "file",
    })
  end
  if spec.vars ~= nil and given ~= "template" then
    S.fail(what() .. ": `vars` goes with `template`", { word = "vars" })
  end
  if spec.recursive and given ~= "source" then
    S.fail(what() .. ": `recursive` goes with `source`", { word = "recursive" })
  end
  return given
end

local function source_file(what, spec, value, override)
  local path, mode, owner = spec.path, permissions(what, spec)
  if (mode ~= "null" or owner ~= "null") and spec.mutable then
    S.fail(what .. ": `mutable` makes a link to the source, which has its own permissions", {
      hint = "leave out `mutable` to have a copy, or `mode` and `owner` to have a link", word = "mutable",
    })
  end
  if spec.executable and mode == "null" then mode = "493" end -- 0755
  if spec.recursive then
    return concat(recursive_actions(what, spec, value, path, mode, owner, override), ",")
  end
  local from, live = S.origin_path(what, value, spec.mutable)
  if mode ~= "null" or owner ~= "null" then
    return copy_action(path, S.path_origin(from), mode, owner, false, spec.force, override)
  end
  return link_action(path, from, live, spec.force, override)
end

local function text_file(what, spec, value, override)
  local mode, owner = permissions(what, spec)
  local origin = S.text_origin(value, spec.executable, what .. ": the content")
  if mode ~= "null" or owner ~= "null" or spec.mutable then
    return copy_action(spec.path, origin, mode, owner, spec.mutable, spec.force, override)
  end
  return format('{"kind":"link","source":%s,"target":%s,"mutable":false,"force":%s%s}', origin, quote(spec.path),
    flag(spec.force), S.override_field(override))
end

local function file_action(spec)
  local path = spec.path
  -- Needed for messages only.
  local function what() return "file \"" .. path .. "\"" end
  for index = 1, #FLAGS do
    local value = spec[FLAGS[index]]
    if value ~= nil then S.check_boolean(what(), FLAGS[index], value) end
  end
  local given = content_field(what, spec)
  local value, override, dropped = S.value_of("file", given, spec[given])
  if dropped then return "" end
  if type(value) ~= "string" then S.check_string(what(), given, value) end
  if given == "source" then return source_file(what(), spec, value, override) end
  if given == "template" then value = fill(what(), S.read_text(what(), value), spec.vars or {}) end
  return text_file(what(), spec, value, override)
end

function S.file(spec)
  expect_spec("file", spec, "file { path = \"~/.vimrc\", source = \"./vimrc\" }")
  S.check_fields("file", spec, FILE_FIELDS)
  S.check_target("file", "path", spec.path)
  -- Path and plain text, or path and source alone: what most files are.
  if next(spec, next(spec, next(spec))) == nil then
    local path, content, source = spec.path, spec.content, spec.source
    local origin
    if type(content) == "string" then
      local text = S.json_text(content)
      origin = text and '{"text":' .. text .. ',"executable":false}'
    elseif type(source) == "string" then
      origin = S.path_origin((S.origin_path('file "' .. path .. '"', source)))
    end
    if origin then
      return declare(nil, '{"kind":"link","source":' .. origin .. ',"target":' .. quote(path)
        .. ',"mutable":false,"force":false}')
    end
  end
  return declare(nil, file_action(spec))
end

function S.declare_env(vars)
  expect_spec("env", vars, "env { EDITOR = \"vim\", PATH = { \"~/bin\" } }")
  local actions = {}
  for name, value in S.pairs(vars) do
    for _, action in ipairs(S.env_actions("env", name, "auto", value)) do actions[#actions + 1] = action end
  end
  return declare(nil, concat(actions, ","))
end

local function block(what, kind, pattern, hint)
  return function(spec)
    expect_spec(what, spec, format("%s { name = \"…\", setup = function() … end }", what))
    S.check_fields(what, spec, { "name", "setup" })
    S.check_string(what, "name", spec.name)
    if not find(spec.name, pattern) or #spec.name > 64 then
      S.fail(format("%s: \"%s\" is no name for a %s", what, S.lossy(spec.name), what), { hint = hint, word = "name" })
    end
    if type(spec.setup) ~= "function" then
      S.fail(format("%s \"%s\": `setup` is %s", what, spec.name,
        spec.setup == nil and "missing" or "a " .. type(spec.setup)), {
        hint = "write setup = function() … end", word = what,
      })
    end
    if scope[kind] then
      S.fail(format("%s \"%s\": declared inside `%s` \"%s\"", what, spec.name, what, scope[kind]), {
        hint = "blocks of the same kind do not nest", word = what,
      })
    end
    scope[kind] = spec.name
    enter_scope(scope.user, scope.project)
    S.names[spec.setup] = what .. " " .. spec.name
    local ok, err = pcall(spec.setup)
    scope[kind] = nil
    enter_scope(scope.user, scope.project)
    if not ok then error(err, 0) end
  end
end

S.user = block("user", "user", "^[A-Za-z_][A-Za-z0-9_.-]*%$?$", "it is the name of a user of this machine")
S.project = block("project", "project", "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "letters, digits and _ . - can be in it")
