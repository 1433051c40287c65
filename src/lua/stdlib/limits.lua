-- Stops what runs for ever. Every coroutine has a hook that asks, each 100,000 instructions, whether the time is
-- over; once it is, the hook fires at each instruction, so that no `pcall` of the user's keeps the code alive.
local S = ...
local sethook, getinfo, host = debug.sethook, debug.getinfo, S.host
local error = error

local INTERVAL = 100000

local function hook()
  if S.tripped then
    -- Back where the other side called: there it ends.
    if getinfo(2, "f").func == sys_enter then return sethook() end
    error(S.tripped, 0)
  end
  local message = host("tick")
  if message then
    local file, line = S.caller()
    S.tripped = setmetatable({ message = message, file = file, line = line, frames = S.frames(nil, 2) },
      S.Error)
    sethook(hook, "", 1)
    error(S.tripped, 0)
  end
end

--- Puts the hook on a coroutine, or on the running one.
function S.watch(co)
  local interval = S.tripped and 1 or INTERVAL
  if co then sethook(co, hook, "", interval) else sethook(hook, "", interval) end
end
