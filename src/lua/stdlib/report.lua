-- Errors that know their place. Takes anything that was thrown, gives an Error: message, hint, place, frames.
-- Chunks of the user's have names that start with "@"; ours start with "=(sys)/" and are never shown.
local S = ...
local getinfo, getmetatable, setmetatable = debug.getinfo, getmetatable, setmetatable
local type, rawget, tostring, error = type, rawget, tostring, error
local byte, sub, match, format, concat = string.byte, string.sub, string.match, string.format, table.concat

local Error = { __name = "error", __metatable = false }
S.Error = Error
-- Chunk name as Lua shortens it in messages → file as we show it.
S.short = {}
-- Functions with a name of their own in tracebacks: `setup`, `config of ripgrep`.
S.names = {}

function Error.__tostring(e)
  return e.file and format("%s:%d: %s", e.file, e.line, e.message) or e.message
end

-- Thrown by `time_limit.ts`, and by Lua itself: no `pcall` of the user's catches them, and they are passed on as they
-- are.
local TIME_IS_OVER, MEMORY_IS_FULL = "sys: the time is over", "not enough memory"
S.MEMORY_IS_FULL = MEMORY_IS_FULL
function S.is_final(err) return err == TIME_IS_OVER or err == MEMORY_IS_FULL end

--- Whether a value is one of our errors.
local raw_metatable = debug.getmetatable
function S.is_error(value) return type(value) == "table" and raw_metatable(value) == Error end

-- Asking for a level takes the longer the deeper it is: of more than so many only the outermost are looked at.
local DEEP, OUTERMOST = 200, 50

--- The level at which looking goes on after DEEP levels.
local function past_the_middle(co)
  local function there(level)
    if co then return getinfo(co, level, "l") end
    return getinfo(level + 2, "l")
  end
  local inside, outside = DEEP, 2 * DEEP
  while there(outside) do inside, outside = outside, 2 * outside end
  while outside - inside > 1 do
    local middle = (inside + outside) // 2
    if there(middle) then inside = middle else outside = middle end
  end
  return math.max(DEEP, inside - OUTERMOST)
end

--- The user's frames of a coroutine (or of the running one), innermost first.
local function frames(co, level)
  local list = {}
  while #list < 30 do
    if level == DEEP then level = past_the_middle(co) end
    local info
    if co then info = getinfo(co, level, "Slnf") else info = getinfo(level, "Slnf") end
    if not info then break end
    if byte(info.source) == 64 then
      local name = S.names[info.func]
      if not name and info.namewhat ~= "" and info.name ~= "?" then name = info.name end
      list[#list + 1] = { file = sub(info.source, 2), line = info.currentline, name = name }
    end
    level = level + 1
  end
  return list
end
S.frames = frames

-- More of them tell nobody more.
local MOST_CALLERS = 8

--- The lines of the user's from which the line that `S.caller` (`wasm/sys.c`) gives was reached, the nearest first.
function S.callers(level)
  local list, callers = frames(nil, level), {}
  for index = 2, math.min(#list, MOST_CALLERS + 1) do
    callers[#callers + 1] = { file = list[index].file, line = list[index].line }
  end
  return callers
end

--- Those of a coroutine; of the one that runs, where it is none or was never in the user's code.
local function frames_of(co)
  local list = co and frames(co, 0) or {}
  return #list > 0 and list or frames(nil, 4)
end

--- What an error value says, whatever it is.
local function describe(value)
  if type(value) == "string" then return value end
  if type(value) == "table" then
    local meta = raw_metatable(value)
    if meta and rawget(meta, "__tostring") then return tostring(value) end
    if type(rawget(value, "message")) == "string" then return value.message end
    local ok, text = pcall(S.json, value)
    if ok then return text end
  end
  if value == nil then return "nil was thrown" end
  return S.show and S.show(value) or type(value)
end

--- Gives an Error for a thrown value; frames are taken from `co` or from the running coroutine.
function S.wrap_error(value, co)
  if S.is_error(value) then
    if not value.frames or #value.frames == 0 then
      value.frames = frames_of(co)
      local frame = value.frames[1]
      if frame and not value.file then value.file, value.line = frame.file, frame.line end
    end
    return value
  end
  local e = setmetatable({ frames = frames_of(co) }, Error)
  local text = describe(value)
  local file, line, rest = match(text, "^([^\n:]+):(%d+): (.*)$")
  if file and S.short[file] then
    e.file, e.line, e.message = S.short[file], math.tointeger(tonumber(line)), rest
  else
    e.message = file and sub(file, 1, 5) == "(sys)" and rest or text
    local frame = e.frames[1]
    if frame then e.file, e.line = frame.file, frame.line end
  end
  if type(value) == "table" and type(rawget(value, "hint")) == "string" then e.hint = value.hint end
  return e
end

--- Message handler for `xpcall`.
function S.handler(value)
  if S.is_final(value) then return value end
  return S.wrap_error(value)
end

--- Throws an error at the line of the user's that called us.
--- `extra`: `hint`; `word`, what to point at in that line; `file` and `line` when it lies elsewhere.
function S.fail(message, extra)
  local e = setmetatable({ message = message }, Error)
  if extra then e.hint, e.word, e.file, e.line = extra.hint, extra.word, extra.file, extra.line end
  if not e.file then e.file, e.line = S.caller() end
  error(e, 0)
end

-- Longer messages tell nobody more.
local LONGEST = 10000
local function shortened(text) return #text > LONGEST and sub(text, 1, LONGEST) .. " …" or text end

--- An Error as data for the other side.
function S.error_data(e)
  local list = {}
  for index, frame in ipairs(e.frames or {}) do
    list[index] = { file = frame.file, line = frame.line, name = frame.name }
  end
  local within
  for _, frame in ipairs(list) do
    if frame.file == e.file and frame.line == e.line then within = frame.name break end
  end
  return {
    message = S.lossy(shortened(e.message)), hint = e.hint and S.lossy(e.hint), word = e.word,
    file = e.file, line = e.line, within = within, frames = S.as_list(list),
  }
end

--- `a`, `b` or `c`
function S.alternatives(names)
  local quoted = {}
  for index, name in ipairs(names) do quoted[index] = "`" .. name .. "`" end
  if #quoted < 2 then return quoted[1] or "nothing" end
  return concat(quoted, ", ", 1, #quoted - 1) .. " or " .. quoted[#quoted]
end

-- Edits (insert, drop, change, swap neighbours) that lead from one word to another.
local function distance(a, b)
  local before, last = {}, nil
  for j = 0, #b do before[j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local same = byte(a, i) == byte(b, j)
      local best = math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (same and 0 or 1))
      if last and i > 1 and j > 1 and byte(a, i) == byte(b, j - 1) and byte(a, i - 1) == byte(b, j) then
        best = math.min(best, last[j - 2] + 1)
      end
      row[j] = best
    end
    last, before = before, row
  end
  return before[#b]
end

--- The nearest of `names` (a list), when it is near enough to be what was meant.
function S.nearest(word, names)
  local best, least
  for _, name in ipairs(names) do
    local d = distance(word:lower(), name:lower())
    if not least or d < least or (d == least and name < best) then best, least = name, d end
  end
  if best and least <= math.max(1, #word // 3) then return best end
end

-- List of names → the same as a set.
local sets = {}

--- Refuses fields that a table does not have. `known` is a list.
function S.check_fields(what, spec, known)
  local set = sets[known]
  if not set then
    set = {}
    for _, name in ipairs(known) do set[name] = true end
    sets[known] = set
  end
  for key in next, spec do
    if not set[key] then
      -- Of several the first in the fixed order.
      for ordered in S.pairs(spec) do
        if not set[ordered] then key = ordered break end
      end
      local near = type(key) == "string" and S.nearest(key, known)
      S.fail(format("%s: there is no field `%s`", what, S.show(key)), {
        hint = near and format("did you mean `%s`?", near) or "its fields are " .. concat(known, ", "),
        word = type(key) == "string" and key or nil,
      })
    end
  end
end
