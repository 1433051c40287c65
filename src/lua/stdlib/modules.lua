-- Files: `require`, `dofile`, `loadfile` and `syslua.source`. A file belongs to a tree, the config's folder or that of
-- an input, and names only what lies in its own tree and in the inputs which that tree declares.
local S = ...
local host, raw_load, format, type = S.host, load, string.format, type
local match, gsub, sub, find, concat = string.match, string.gsub, string.sub, string.find, table.concat

-- Chunk name as shown → the tree it belongs to.
local tree_by_file = {}
-- The tree of the config's folder. Trees of inputs are made when they are first named.
S.config_tree = { root = "config", prefix = "", key = "" }
-- Content hash and placeholder of inputs, by placeholder and by key (`pkgs`, `pkgs/x`).
S.input_hashes, S.inputs = {}, {}
-- Placeholder of a source → { name, path, root }.
S.sources = {}
local input_trees = {}

local SOURCE = "/syslua-src-"
--- Id of a source by its placeholder.
function S.source_id(placeholder) return sub(placeholder, #SOURCE + 1) end

function S.tree_of(file) return tree_by_file[file] or S.config_tree end

local function input_tree(input)
  local tree = input_trees[input.key]
  if not tree then
    tree = { root = "input:" .. input.key, prefix = "inputs/" .. input.key .. "/", key = input.key .. "/" }
    input_trees[input.key] = tree
  end
  return tree
end

--- Loads a text as a chunk of the user's. Gives a function, or nil and a message.
function S.compile(text, name, tree, scope)
  if sub(text, 1, 2) == "#!" then text = "--" .. text end
  local chunk, message = raw_load(text, "@" .. name, "t", scope)
  -- Lua shortens long names in its messages.
  local short = debug.getinfo(chunk or raw_load("", "@" .. name), "S").short_src
  S.short[short], tree_by_file[name] = name, tree_by_file[name] or tree
  return chunk, message
end

--- Loads a file of a tree, or fails with the syntax error in it.
local function compile_file(tree, path, text)
  local name = tree.prefix .. path
  local chunk, message = S.compile(text, name, tree, S.env)
  if chunk then return chunk end
  local _, line, what = match(message, "^([^\n:]+):(%d+): (.*)$")
  what = what or message
  S.fail(what, {
    file = name, line = math.tointeger(tonumber(line or 1)), word = match(what, "near '(.-)'$"),
    hint = what:find("near <eof>", 1, true) and "the file ends in the middle of something" or nil,
  })
end

-- Paths in a tree are written with `/`, without `..`.
local function clean(what, path, word)
  if type(path) ~= "string" or path == "" then
    S.fail(format("%s: expected a path, got %s", what, path == "" and "an empty text" or type(path)), { word = word })
  end
  -- Most are as they should be.
  local inner = sub(path, 1, 2) == "./" and sub(path, 3) or path
  if find(inner, "^[^./]") and not find(inner, "/.", 1, true) and not find(inner, "//", 1, true)
    and sub(inner, -1) ~= "/" then
    return inner
  end
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." then
      S.fail(format("%s: `%s` leads out of the folder", what, path), {
        hint = "only what lies in the config's folder or in an input can be named", word = word,
      })
    end
    if part ~= "." then parts[#parts + 1] = part end
  end
  return table.concat(parts, "/")
end

local function ask(what, word, ...)
  local result, message = host(...)
  if message then S.fail(what .. ": " .. message, { word = word }) end
  return result
end

-- Modules that are loaded, or being loaded, by name of their file.
local loaded, loading = {}, {}
local NOTHING = {}

local function run_module(tree, path, text, requested)
  local file = tree.prefix .. path
  if loaded[file] then return loaded[file].value end
  for index, other in ipairs(loading) do
    if other == file then
      local chain = table.concat(loading, " → ", index) .. " → " .. file
      S.fail(format("require: modules need each other: %s", chain), {
        hint = "move what both need into a third module", word = "require",
      })
    end
  end
  loading[#loading + 1] = file
  local ok, value = pcall(function() return compile_file(tree, path, text)(requested, file) end)
  loading[#loading] = nil
  if not ok then error(value, 0) end
  if value == nil then value = true end
  loaded[file] = { value = value }
  return value
end

local function siblings(tree, folder)
  local names = host("list", tree.root, folder)
  local list = {}
  for name in (names or ""):gmatch("[^\n]+") do
    local stem = match(name, "^(.*)%.lua$") or (match(name, "/$") and sub(name, 1, -2))
    if stem and stem ~= "init" then list[#list + 1] = stem end
  end
  return list
end

-- Looks for `a/b.lua`, then `a/b/init.lua`.
local function load_module(tree, dotted, requested)
  local path = gsub(dotted, "%.", "/")
  local candidates = path == "" and { "init.lua" } or { path .. ".lua", path .. "/init.lua" }
  for _, candidate in ipairs(candidates) do
    if loaded[tree.prefix .. candidate] then return loaded[tree.prefix .. candidate].value end
    local text = ask("require", "require", "read", tree.root, candidate)
    if text then return run_module(tree, candidate, text, requested) end
  end
  local folder, last = match(path, "^(.*)/([^/]*)$")
  local there = siblings(tree, folder or "")
  local near = S.nearest(last or path, there)
  S.fail(format("require: there is no module `%s`: neither %s%s", requested, tree.prefix,
    table.concat(candidates, " nor " .. tree.prefix)), {
    word = "require",
    hint = near and format("did you mean `%s`?", (gsub(requested, "[^.]*$", (gsub(near, "%%", "%%%%")))))
      or #there > 0 and "there are: " .. table.concat(there, ", ")
      or "modules are Lua files below the folder of the config: `require(\"modules.git\")` is modules/git.lua",
  })
end

local function find_input(tree, name)
  local input = S.inputs[tree.key .. name]
  if input then return input end
  local names = {}
  for key in pairs(S.inputs) do
    local inner = sub(key, 1, #tree.key) == tree.key and sub(key, #tree.key + 1)
    if inner and not inner:find("/", 1, true) then names[#names + 1] = inner end
  end
  table.sort(names)
  local near = S.nearest(name, names)
  S.fail(format("require: there is no input `%s`", name), {
    word = "require",
    hint = near and format("did you mean `inputs.%s`?", near)
      or #names > 0 and "there are: " .. table.concat(names, ", ")
      or "inputs are declared by `M.inputs = { " .. name .. " = \"git:https://…\" }`",
  })
end

function S.require(name)
  if type(name) ~= "string" or name == "" then
    S.fail("require: expected the name of a module, got " .. (name == "" and "an empty text" or type(name)),
      { word = "require" })
  end
  if name == "syslua.lib" then return S.lib end
  if S.current then
    S.fail(format("require: `%s` is asked for while a build runs", name), {
      hint = "call `require` at the top of the file: what a build uses takes part in its hash", word = "require",
    })
  end
  if name:find("[/\\]") or name:find("%.%.") or name:find("^%.") or name:find("%.$") then
    S.fail(format("require: `%s` is not the name of a module", name), {
      hint = "names have dots between their parts: `require(\"modules.git\")`", word = "require",
    })
  end
  local tree = S.tree_of(S.caller())
  local input_name, rest = match(name, "^inputs%.([^.]+)%.?(.*)$")
  if input_name then return load_module(input_tree(find_input(tree, input_name)), rest, name) end
  return load_module(tree, name, name)
end

local function read_lua(what, path)
  local tree = S.tree_of(S.caller())
  path = clean(what, path, what)
  local text = ask(what, what, "read", tree.root, path)
  if not text then S.fail(format("%s: there is no file `%s`", what, tree.prefix .. path), { word = what }) end
  return tree, path, text
end

function S.dofile(path)
  local tree, name, text = read_lua("dofile", path)
  return compile_file(tree, name, text)()
end

function S.loadfile(path)
  local tree, name, text = read_lua("loadfile", path)
  return S.compile(text, tree.prefix .. name, tree, S.env)
end

--- Names the store's copy of a file or folder in the tree of the calling file. Gives its placeholder.
--- `what` starts messages. `shown`: the config sees the placeholder; otherwise it is put into one field of an action.
function S.source(what, path, name, shown)
  local tree = S.tree_of(S.caller())
  local inner = clean(what, path, what)
  local id = ask(what, what, "source", tree.root, inner, shown and "shown" or "")
  if not id then
    S.fail(format("%s: there is no file or folder `%s`", what, tree.prefix .. inner), {
      hint = "paths start at the folder of " .. (tree == S.config_tree and "the config" or "the input"),
      word = path,
    })
  end
  local placeholder = SOURCE .. id
  name = name or match(inner, "^.*/([^/]*)$") or (inner ~= "" and inner or "source")
  -- Equal content in two places is one source, and which place it is does not depend on the order.
  local other = S.sources[placeholder]
  if not other or other[2] ~= inner or other[1] ~= name or other[3] ~= tree.root then
    if not other or concat({ tree.root, inner, name }, "\n") < concat({ other[3], other[2], other[1] }, "\n") then
      S.sources[placeholder] = { name, inner, tree.root }
    end
  end
  return placeholder, tree, inner
end

--- Text of a file in the tree of the calling file.
function S.read_text(what, path)
  local tree = S.tree_of(S.caller())
  local inner = clean(what, path, what)
  local text = ask(what, what, "read", tree.root, inner)
  if not text then
    S.fail(format("%s: there is no file `%s`", what, tree.prefix .. inner), { word = path })
  end
  return text
end

--- Files below a folder: a list of paths, and whether it is a folder at all.
function S.walk(what, tree, path)
  local text = ask(what, what, "walk", tree.root, path)
  if not text then return nil end
  local list = {}
  for name in text:gmatch("[^\n]+") do list[#list + 1] = name end
  return list
end
S.clean_path = clean

--- Loads the entry file. `text` is its content.
function S.load_entry(file, text)
  return run_module(S.config_tree, file, text, file)
end
