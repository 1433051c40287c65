-- What `derive` gives: a handle of a derivation, and the view of its outputs. Neither can be changed.
local S = ...
local format, setmetatable, next, type = string.format, setmetatable, next, type

-- Handle → { hash, name, version, outputs, out, config, opts, … }.
S.derivation_data = {}
-- Placeholder → hash of the derivation whose output it is.
S.outputs = {}
-- Hash → data, and the data in the order of declaration.
S.derivations, S.derivation_list = {}, {}

--- A build is shown something that depends on how a derivation was made, and not only on what it has become.
function S.peek()
  if S.current then S.current.data.has_peeked = true end
end

local READABLE = { "name", "version", "hash", "outputs", "out" }

--- Path of an output: while a build runs its place in the store, before that its placeholder.
local function place(placeholder)
  local current = S.current
  return current and current.known[placeholder] or placeholder
end

-- View of outputs → data of its derivation.
local viewed = {}

local Outputs = {
  __name = "outputs of a derivation", __metatable = false,
  __index = function(view, name)
    local data = viewed[view]
    local placeholder = data.placeholders[name]
    if placeholder then return place(placeholder) end
    S.fail(format("%s has no output `%s`", data.name, S.show(name)), {
      hint = "its outputs are " .. table.concat(data.outputs, ", "), word = S.show(name),
    })
  end,
  __newindex = function() S.fail("Cannot change the outputs of a derivation") end,
  __pairs = function(view)
    local t = {}
    for name, placeholder in next, viewed[view].placeholders do t[name] = place(placeholder) end
    return S.pairs(t)
  end,
}

local Derivation = {
  __name = "derivation", __metatable = false,
  __index = function(handle, key)
    local data = S.derivation_data[handle]
    if key == "out" then
      if data.out then return place(data.out) end
      S.fail(format("%s has no output `out`", data.name), {
        hint = "its outputs are " .. table.concat(data.outputs, ", "), word = "out",
      })
    end
    if key == "outputs" then return data.view end
    if key == "hash" then S.peek() end
    if key == "hash" or key == "name" or key == "version" then return data[key] end
    local near = type(key) == "string" and S.nearest(key, READABLE)
    S.fail(format("A derivation has no field `%s`", S.show(key)), {
      hint = near and format("did you mean `%s`?", near) or "its fields are " .. table.concat(READABLE, ", "),
      word = S.show(key),
    })
  end,
  __newindex = function() S.fail("Cannot change a derivation: its hash is fixed once it is declared") end,
  __pairs = function(handle)
    local data = S.derivation_data[handle]
    S.peek()
    return S.pairs {
      name = data.name, version = data.version, hash = data.hash, outputs = data.view, out = data.out and place(data.out),
    }
  end,
  __tostring = function(handle)
    local data = S.derivation_data[handle]
    return "derivation " .. data.name .. (data.version and "-" .. data.version or "")
  end,
  __concat = function(a, b)
    local data = S.derivation_data[a] or S.derivation_data[b]
    S.fail(format("Cannot join the derivation %s to a text", data.name), {
      hint = "`.out` is the path of what it produces",
    })
  end,
}

--- The handle of a derivation.
function S.derivation_handle(data)
  local handle = setmetatable({}, Derivation)
  data.view = setmetatable({}, Outputs)
  viewed[data.view] = data
  S.derivation_data[handle] = data
  return handle
end
