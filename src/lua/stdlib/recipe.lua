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

local function receive(op, ok, value)
  if ok then
    if value == S.null then return nil end
    return value
  end
  S.fail(value.message, { hint = value.hint or nil, word = op })
end

local function operation(op, env)
  local spec, what = S.operations[op], "ctx." .. op
  return function(...)
    if (...) == env.ctx then
      S.fail(what .. ": called with a colon", { hint = format("write `%s(…)`", what), word = op })
    end
    local given = S.arguments(what, spec, ...)
    -- The one thing of `ctx` that an operation asks for.
    given.environment = env.table
    local fields = S.fields_json(what, spec, given)
    if not isyieldable() then
      S.fail(what .. ": called inside a function that cannot wait, such as one given to string.gsub", {
        hint = "collect what is to be done in a table first", word = op,
      })
    end
    return receive(op, yield(S.REQUEST, op, "{" .. fields .. "}"))
  end
end

S.build_methods = S.operations

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
  local env = { table = facts.env }
  local contents = {
    out = facts.outputs.out, outputs = facts.outputs, tmp = facts.tmp, name = data.name, version = data.version,
    sys = build_facts(), env = env.table, cores = facts.cores, jobserver = facts.jobserver,
  }
  contents.outputs = strict("ctx.outputs", facts.outputs, function() end)
  for op in next, S.operations do contents[op] = operation(op, env) end
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
    return (value:gsub(S.PLACEHOLDER, known))
  end
  if type(value) ~= "table" or S.derivation_data[value] or value == S.null then return value end
  local copy = {}
  for key, inner in next, value do copy[key] = realized(inner, known) end
  return setmetatable(copy, debug.getmetatable(value))
end

function S.check_unchanged(data)
  local state = S.encoding("derive \"" .. data.name .. "\"", "config")
  -- The tables of its options were counted before those that `config` captures.
  state.count = data.counted
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
    S.check_unchanged(data)
    run.co = create(function(opts, ctx)
      local ok, err = xpcall(data.config, S.handler, opts, ctx)
      if not ok then error(err, 0) end
    end)
    S.current = run
    arguments = pack(realized(data.opts, facts.known), build_context(data, facts))
  elseif reply.ok then arguments = pack(true, reply.value)
  else arguments = pack(false, reply) end
  S.current = run
  -- Several derivations may have one `config`.
  S.names[data.config] = "config of " .. data.name
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
