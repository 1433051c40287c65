-- The globals that a config sees. Takes Lua's own library, gives one without the clock, randomness, files, processes
-- and addresses, in which an error says what to use instead.
local S = ...
local type, select, rawget, rawset, error = type, select, rawget, rawset, error
local setmetatable, raw_metatable = setmetatable, debug.getmetatable
local find, format, gmatch, gsub, pack, unpack = string.find, string.format, string.gmatch, string.gsub, table.pack, table.unpack
local getmetatable, tostring, raw_pcall, raw_xpcall, raw_load = getmetatable, tostring, pcall, xpcall, load
local create, status, raw_resume, yield = coroutine.create, coroutine.status, coroutine.resume, coroutine.yield
local running, isyieldable, close = coroutine.running, coroutine.isyieldable, coroutine.close

-- What the globals resolve to. The table that user code sees as `_G` is empty and falls through to this one, so
-- that assignments to existing names are seen too.
local globals = {}
local env = setmetatable({}, {
  __index = globals,
  __newindex = function(_, name)
    if rawget(globals, name) ~= nil then
      S.fail(format("Cannot assign to `%s`: it belongs to sys.lua", S.show(name)), {
        hint = format("write `local %s = …` to have a variable of that name", S.show(name)),
        word = S.show(name),
      })
    end
    S.fail(format("Cannot assign to the global `%s`: globals are not shared between files", S.show(name)), {
      hint = format("write `local %s = …`; to share a value, return it from a module", S.show(name)),
      word = S.show(name),
    })
  end,
  __pairs = function() return S.pairs(globals) end,
  __metatable = false,
})
S.globals, S.env = globals, env

-- What to use in place of what is not there.
local files = "`syslua.source(path)` names a file beside the config, `file{ source = … }` installs one"
local clock = "a config has no clock; `os.date(format, time)` and `os.time{…}` work on times that are given"
local dice = "a config gives the same result on every run; pass chosen values as options"
local build = "commands run in `derive{ config = function(opts, ctx) ctx.run(…) end }` or by an activation's `ctx.run`"
local instead = {
  io = files,
  package = "modules are found below the config's folder and in inputs; `require(\"modules.x\")` loads one",
  ["os.execute"] = build, ["os.exit"] = "`error(\"…\")` stops the evaluation",
  ["os.getenv"] = "`syslua.getenv(name, default)` reads a variable and records that it was read",
  ["os.remove"] = "what the config no longer names is removed by itself",
  ["os.rename"] = files, ["os.tmpname"] = "`ctx.tmp` is a scratch folder of a build",
  ["os.clock"] = clock, ["os.difftime"] = "subtract the two numbers", ["os.setlocale"] = "the locale is always C",
  ["math.random"] = dice, ["math.randomseed"] = dice,
  ["string.dump"] = "functions are data only inside sys.lua",
  ["debug.getinfo"] = "only `debug.traceback` is there", ["debug.sethook"] = "only `debug.traceback` is there",
  ["debug.getlocal"] = "only `debug.traceback` is there", ["debug.getupvalue"] = "only `debug.traceback` is there",
  ["debug.setupvalue"] = "only `debug.traceback` is there",
  ["debug.getmetatable"] = "`getmetatable` is there",
  ["debug.setmetatable"] = "`setmetatable` is there, for tables",
  setfenv = "Lua 5.4 has `load(text, name, \"t\", env)`", getfenv = "Lua 5.4 has `_ENV`",
  unpack = "`table.unpack` in Lua 5.4", loadstring = "`load` in Lua 5.4", warn = "`error` or `print`",
  vim = "this is not Neovim's Lua; files for Neovim are installed by `file{ source = … }`",
}
S.instead = instead

setmetatable(globals, {
  __index = function(_, name)
    if instead[name] then
      S.fail(format("`%s` is not available in a config", name), { hint = instead[name], word = name })
    end
    local near = type(name) == "string" and S.nearest(name, S.sorted_keys(globals))
    S.fail(format("There is no global `%s`", S.show(name)), {
      hint = near and format("did you mean `%s`?", near)
        or "a variable of yours is declared with `local`; a module of yours is loaded with `require`",
      word = S.show(name),
    })
  end,
})

-- Tables that no one may change.
local protected = {}
S.protected = protected

--- A read-only view of a table. `missing(key)` may refuse unknown keys.
function S.constant(name, contents, missing)
  local view = setmetatable({}, {
    __name = name,
    __index = missing and setmetatable(contents, { __index = function(_, key) return missing(key) end })
      or contents,
    __newindex = function(_, key)
      S.fail(format("Cannot assign to `%s.%s`: it belongs to sys.lua", name, S.show(key)), {
        hint = "keep functions of your own in a table of your own",
      })
    end,
    __pairs = function() return S.pairs(contents) end,
    __len = function() return #contents end,
    __metatable = false,
  })
  protected[view] = contents
  return view
end

local function library(name, contents)
  globals[name] = S.constant(name, contents, function(key)
    local full = name .. "." .. S.show(key)
    if instead[full] then
      S.fail(format("`%s` is not available in a config", full), { hint = instead[full], word = S.show(key) })
    end
  end)
end

local function take(from, names)
  local result = {}
  for name in names:gmatch("%S+") do result[name] = from[name] end
  return result
end

local basic = take(_G, "assert error ipairs rawequal rawlen rawget select tonumber type _VERSION")
for name, value in next, basic do globals[name] = value end
globals._G = env
globals.pairs, globals.next = S.pairs, S.next
globals.rawget = function(t, key)
  if t == env then t = globals elseif protected[t] then t = protected[t] end
  return rawget(t, key)
end

function globals.tostring(...)
  if select("#", ...) == 0 then S.fail("bad argument #1 to 'tostring' (value expected)", { word = "tostring" }) end
  return S.show((...))
end

function globals.print(...)
  local parts = pack(...)
  for index = 1, parts.n do parts[index] = S.show(parts[index]) end
  S.host("print", S.lossy(table.concat(parts, "\t")))
end

function globals.rawset(t, key, value)
  if t == env or protected[t] then
    S.fail("Cannot change this table: it belongs to sys.lua", { word = "rawset" })
  end
  return rawset(t, key, value)
end

function globals.getmetatable(value)
  if type(value) == "string" then return false end
  return getmetatable(value)
end

function globals.setmetatable(t, meta)
  if type(meta) == "table" then
    if rawget(meta, "__gc") ~= nil then
      S.fail("Cannot set `__gc`: when it would run is not the same on every run", { word = "setmetatable" })
    end
    if rawget(meta, "__mode") ~= nil then
      S.fail("Cannot set `__mode`: when weak entries go is not the same on every run", { word = "setmetatable" })
    end
  end
  return setmetatable(t, meta)
end

function globals.collectgarbage(what)
  what = what or "collect"
  if what == "count" then return 0 end
  if what == "isrunning" then return true end
  return 0
end

-- Errors: `pcall` gives texts ("init.lua:3: …") as in plain Lua, whatever we threw.
local function public(err)
  if S.is_final(err) then error(err, 0) end
  if S.is_error(err) then return tostring(err) end
  -- Lua's own message, about an argument that we passed on.
  if type(err) == "string" then return (gsub(err, "^%(sys%)/[%w_]+%.lua:%d+: ", "")) end
  return err
end
S.public = public

local function finish(ok, ...)
  if ok then return true, ... end
  return false, public((...))
end

function globals.pcall(f, ...) return finish(raw_pcall(f, ...)) end

function globals.xpcall(f, handler, ...)
  return finish(raw_xpcall(f, function(err)
    if S.is_final(err) then return err end
    return handler(public(err))
  end, ...))
end

-- Coroutines. One of the user's may ask for an operation of a build: the request goes up to the driver, the answer
-- comes down again.
local function answer(co, ok, first, ...)
  while ok and first == S.REQUEST do
    local reply = pack(yield(first, ...))
    return answer(co, raw_resume(co, unpack(reply, 1, reply.n)))
  end
  return ok, first, ...
end

local function create_checked(f)
  if type(f) ~= "function" then
    S.fail("bad argument #1 to 'create' (function expected)", { word = "create" })
  end
  return create(f)
end

local function resumed(ok, ...)
  if ok then return true, ... end
  return false, public((...))
end

local function wrapped(co, ok, ...)
  if ok then return ... end
  local err = ...
  error(S.is_final(err) and err or S.wrap_error(err, co), 0)
end

library("coroutine", {
  create = create_checked,
  resume = function(co, ...) return resumed(answer(co, raw_resume(co, ...))) end,
  wrap = function(f)
    local co = create_checked(f)
    return function(...) return wrapped(co, answer(co, raw_resume(co, ...))) end
  end,
  yield = yield, status = status, running = running, isyieldable = isyieldable,
  close = function(co)
    local ok, err = close(co)
    if ok then return true end
    return false, public(err)
  end,
})

-- Texts.
local strings = take(string, "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper")
local has_address = { table = true, ["function"] = true, thread = true, userdata = true }

-- Values for `%s` as people may see them; all others are Lua's own business.
local function format_shown(template, ...)
  local values, at = pack(...), 0
  for conversion in gmatch(template, "%%[-+ #0-9.]*(.)") do
    if conversion == "p" then
      S.fail("string.format: `%p` is not available in a config", {
        hint = "addresses are not the same on every run", word = "format",
      })
    end
    if conversion ~= "%" then at = at + 1 end
    if conversion == "s" and has_address[type(values[at])] then values[at] = S.show(values[at]) end
  end
  return format(template, unpack(values, 1, values.n))
end

function strings.format(template, ...)
  if type(template) == "string" then
    if find(template, "%%[-+ #0-9.]*p") then return format_shown(template, ...) end
    for index = 1, select("#", ...) do
      if has_address[type((select(index, ...)))] then return format_shown(template, ...) end
    end
  end
  return format(template, ...)
end
library("string", strings)
local string_meta = raw_metatable("")
string_meta.__index, string_meta.__metatable = strings, false

local tables = take(table, "concat insert move pack remove unpack")
tables.sort = S.sort
library("table", tables)
library("math", take(math, "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad sin sqrt tan tointeger type ult"))
library("utf8", take(utf8, "char charpattern codepoint codes len offset"))
library("debug", {
  traceback = function(message)
    if message ~= nil and type(message) ~= "string" then return message end
    local lines = { message }
    lines[#lines + 1] = "stack traceback:"
    for _, frame in ipairs(S.frames(nil, 3)) do
      lines[#lines + 1] = format("\t%s:%d: in %s", frame.file, frame.line,
        frame.name and "function '" .. frame.name .. "'" or "main chunk")
    end
    return table.concat(lines, "\n")
  end,
})

-- Times: only ones that are given, and in UTC, since a time zone belongs to a machine.
local date = os.date
local function days(year, month, day) -- since 1970-01-01, by the proleptic Gregorian calendar
  year = month <= 2 and year - 1 or year
  local era = year // 400
  local year_of_era = year - era * 400
  local day_of_year = (153 * (month + (month > 2 and -3 or 9)) + 2) // 5 + day - 1
  return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468
end
library("os", {
  date = function(template, time)
    if time == nil then
      S.fail("os.date: give the time as second argument", { hint = clock, word = "date" })
    end
    template = template or "%Y-%m-%d %H:%M:%S"
    return date("!" .. template:gsub("^!", ""), time)
  end,
  time = function(t)
    if type(t) ~= "table" then S.fail("os.time: give a table with the date", { hint = clock, word = "time" }) end
    for _, field in ipairs { "year", "month", "day" } do
      if math.type(t[field]) ~= "integer" then
        S.fail(format("os.time: field '%s' is not a whole number", field), { word = "time" })
      end
    end
    local month = t.month - 1
    return days(t.year + month // 12, month % 12 + 1, 1) * 86400 + (t.day - 1) * 86400
      + (t.hour or 12) * 3600 + (t.min or 0) * 60 + (t.sec or 0)
  end,
})

function globals.load(chunk, name, mode, scope, ...)
  if type(chunk) == "function" then
    local parts = {}
    while true do
      local part = chunk()
      if part == nil or part == "" then break end
      parts[#parts + 1] = part
    end
    chunk = table.concat(parts)
  end
  if type(chunk) ~= "string" then
    S.fail("bad argument #1 to 'load' (string expected, got " .. type(chunk) .. ")", { word = "load" })
  end
  if mode ~= nil and mode ~= "t" and mode ~= "bt" then
    return nil, "attempt to load a text chunk (mode is '" .. S.show(mode) .. "')"
  end
  local file = S.caller()
  local label = type(name) == "string" and name:gsub("^[=@]", "") or "load"
  return S.compile(chunk, label:gsub("\n.*", ""), S.tree_of(file), scope == nil and env or scope)
end
