-- Runs the `config` functions of derivations, each as a coroutine of its own. An operation of `ctx` yields a request up
-- to `S.step`, which hands it to the other side and is called again with the reply.
local S = ...
local type, format, pack, concat = type, string.format, table.pack, table.concat
local create, resume, yield, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.status
local isyieldable, setmetatable, next = coroutine.isyieldable, setmetatable, next

-- What a request starts with; no value of the user's is equal to it.
S.REQUEST = setmetatable({}, { __metatable = false, __name = "request" })
-- The run that is being resumed: { known, data, ctx_env }. Nil during the evaluation.
S.current = nil
-- Number → run.
local runs = {}

-- Operation → what its arguments are called, and their types: s text, l text or list of texts, t table, v number or
-- text; lower case: required, upper case: may be left out.
local OPERATIONS = {
  fetch_url = { "url:l", "hash:s", "opts:T" },
  fetch_git = { "url:s", "rev:s", "hash:S", "opts:T" },
  fetch_npm = { "name:s", "version:s", "integrity:s" },
  unpack = { "archive:s", "dest:S", "opts:T" },
  copy = { "from:s", "to:s" },
  move = { "from:s", "to:s" },
  mkdir = { "path:s" },
  write = { "path:s", "text:s", "opts:T" },
  chmod = { "path:s", "mode:v" },
  symlink = { "to:s", "path:s" },
  remove = { "path:s" },
  read = { "path:s" },
  exists = { "path:s" },
  list = { "path:s" },
  glob = { "pattern:s" },
  substitute = { "file:s", "replacements:t" },
  run = { "cmd:l", "opts:T" },
  log = { "text:s" },
}
local OPTIONS = {
  fetch_url = { "name", "headers", "auth", "executable", "unpack" },
  fetch_git = { "submodules", "name", "auth" },
  unpack = { "strip" },
  write = { "executable" },
  run = { "cwd", "env", "shell", "stdin", "timeout", "check", "capture" },
}

local function check_argument(op, spec, value)
  local name, kind = spec:match("^(.*):(.)$")
  local what = "ctx." .. op
  if value == nil then
    if kind:match("%u") then return S.null end
    S.fail(format("%s: `%s` is missing", what, name), { word = op })
  end
  local found = type(value)
  kind = kind:lower()
  if kind == "s" or (kind == "l" and found ~= "table") then
    if found == "number" then return S.show(value) end
    if found ~= "string" then
      S.fail(format("%s: `%s` is a %s where a text is expected", what, name, found), {
        word = op, hint = S.derivation_data[value] and "`.out` is the path of what it produces" or nil,
      })
    end
    return value
  end
  if kind == "l" then
    if S.derivation_data[value] or not S.is_list(value) then
      S.fail(format("%s: `%s` is a text or a list of texts", what, name), { word = op })
    end
    local list = {}
    for index, item in ipairs(value) do
      if type(item) ~= "string" and type(item) ~= "number" then
        S.fail(format("%s: `%s[%d]` is a %s where a text is expected", what, name, index, type(item)), { word = op })
      end
      list[index] = S.show(item)
    end
    return S.as_list(list)
  end
  if kind == "v" then
    if found == "string" and value:find("^0?[0-7][0-7][0-7][0-7]?$") then return tonumber(value, 8) end
    if math.type(value) == "integer" and value >= 0 and value <= 4095 then return value end
    S.fail(format("%s: `%s` is %s, not permissions", what, name, S.show(value)), {
      hint = "write them as octal digits in a text: \"0755\"", word = op,
    })
  end
  if found ~= "table" then
    S.fail(format("%s: `%s` is a %s where a table is expected", what, name, found), { word = op })
  end
  if OPTIONS[op] and name == "opts" then S.check_fields(what, value, OPTIONS[op]) end
  return S.copy_data(what, value, name)
end

local function environment(env)
  local copy = {}
  for name, value in next, env do
    if type(name) ~= "string" or (type(value) ~= "string" and type(value) ~= "number") then
      S.fail(format("ctx.env: `%s` is a %s where a text is expected", S.show(name), type(value)), { word = "env" })
    end
    copy[name] = S.show(value)
  end
  return setmetatable(copy, S.Map)
end

local function receive(op, ok, value)
  if ok then
    if value == S.null then return nil end
    return value
  end
  S.fail(value.message, { hint = value.hint or nil, word = op })
end

local function operation(op, env)
  local specs = OPERATIONS[op]
  return function(...)
    local given = pack(...)
    if given[1] == env.ctx then
      S.fail(format("ctx.%s: called with a colon", op), { hint = format("write `ctx.%s(…)`", op), word = op })
    end
    if given.n > #specs then
      S.fail(format("ctx.%s: takes %d arguments, got %d", op, #specs, given.n), { word = op })
    end
    local args = {}
    for index, spec in ipairs(specs) do args[index] = check_argument(op, spec, given[index]) end
    if op == "run" then args[3] = environment(env.table) end
    if not isyieldable() then
      S.fail(format("ctx.%s: called inside a function that cannot wait, such as one given to string.gsub", op), {
        hint = "collect what is to be done in a table first", word = op,
      })
    end
    return receive(op, yield(S.REQUEST, op, S.json(S.as_list(args))))
  end
end

S.build_methods = {}
for op in next, OPERATIONS do S.build_methods[op] = true end

local function strict(name, contents, hint, may_lack)
  return setmetatable({}, {
    __name = name, __metatable = false, __index = function(_, key)
      local value = contents[key]
      if value ~= nil or (may_lack and key == may_lack) then return value end
      local known = S.sorted_keys(contents)
      local near = type(key) == "string" and S.nearest(key, known)
      S.fail(format("%s has no `%s`", name, S.show(key)), {
        hint = hint(key) or near and format("did you mean `%s`?", near) or "it has " .. concat(known, ", "),
        word = S.show(key),
      })
    end,
    __newindex = function(_, key) S.fail(format("Cannot assign to `%s.%s`", name, S.show(key)), { word = S.show(key) }) end,
    __pairs = function() return S.pairs(contents) end,
  })
end

local PRIVATE = { hostname = true, username = true, is_elevated = true, dir = true }
local function build_facts()
  local contents = {}
  for _, name in ipairs { "platform", "os", "arch", "is_linux", "is_darwin", "is_windows" } do
    contents[name] = S.fact_values[name]
  end
  return strict("ctx.sys", contents, function(key)
    if PRIVATE[key] then
      return format("pass it through `opts = { %s = syslua.%s }`, where it takes part in the hash", key, key)
    end
  end)
end

local function build_context(data, facts)
  local env = { table = {} }
  local contents = {
    out = facts.outputs.out, outputs = facts.outputs, tmp = facts.tmp, name = data.name, version = data.version,
    sys = build_facts(), env = env.table,
  }
  contents.outputs = strict("ctx.outputs", facts.outputs, function() end)
  for op in next, OPERATIONS do contents[op] = operation(op, env) end
  local ctx = strict("ctx", contents, function(key)
    if S.activation_methods[key] then return "that is for `config` of an activation" end
  end, "version")
  env.ctx = ctx
  return ctx
end

-- A copy of the options with paths in place of placeholders.
local function realized(value, known)
  if type(value) == "string" then
    if not value:find("/syslua-", 1, true) then return value end
    return (value:gsub("/syslua%-%l+%-[0-9a-z]+", known))
  end
  if type(value) ~= "table" or S.derivation_data[value] or value == S.null then return value end
  local copy = {}
  for key, inner in next, value do copy[key] = realized(inner, known) end
  return setmetatable(copy, debug.getmetatable(value))
end

local function check_unchanged(data)
  local state = S.encoding("derive \"" .. data.name .. "\"", "config")
  state.path[1] = "config"
  if S.fingerprint(data.config, state) ~= data.config_hash then
    S.fail(format("derive \"%s\": what `config` captures has changed since it was declared", data.name), {
      hint = "a build depends only on what its hash covers: do not assign to variables that `config` uses",
      file = data.file, line = data.line, word = "config",
    })
  end
end

--- Prepares a run; gives its number.
function S.open_run(hash)
  local data = S.derivations[hash]
  local id = #runs + 1
  runs[id] = { data = data, known = {} }
  return id
end

--- Starts a run (`facts` given) or continues it with a reply. Gives what it does next, as JSON.
function S.step(id, facts, reply)
  local run = runs[id]
  local data = run.data
  local arguments
  if facts then
    run.known = facts.known
    check_unchanged(data)
    run.co = create(function(opts, ctx)
      local ok, err = xpcall(data.config, S.handler, opts, ctx)
      if not ok then error(err, 0) end
    end)
    S.current = run
    arguments = pack(realized(data.opts, facts.known), build_context(data, facts))
  elseif reply.ok then arguments = pack(true, reply.value)
  else arguments = pack(false, reply) end
  S.current = run
  local result = pack(resume(run.co, table.unpack(arguments, 1, arguments.n)))
  S.current = nil
  if not result[1] then error(S.is_final(result[2]) and result[2] or S.wrap_error(result[2], run.co), 0) end
  if status(run.co) == "dead" then
    runs[id] = { data = data, known = {} }
    return '{"kind":"done"}'
  end
  if result[2] ~= S.REQUEST then
    S.fail(format("derive \"%s\": `config` yields", data.name), {
      hint = "coroutine.yield is for coroutines of your own", file = data.file, line = data.line, word = "config",
    })
  end
  return format('{"kind":"call","op":"%s","args":%s}', result[3], result[4])
end
