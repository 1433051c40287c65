-- `syslua.lib`, put together, and the globals. The last file that is loaded before a config.
local S = ...
local type, format, next, concat, raw_load = type, string.format, next, table.concat, load

-- Variable → separator, or false when it takes one value.
S.env_kinds = {}

local function define(what, name, separator)
  if type(name) ~= "string" or not name:find("^[A-Za-z_][A-Za-z0-9_]*$") then
    S.fail(format("%s: \"%s\" is no name for a variable", what, S.show(name)), { word = what:match("%w+$") })
  end
  local before = S.env_kinds[name]
  if before ~= nil and before ~= separator then
    S.fail(format("%s: `%s` was defined differently before", what, name), { word = name })
  end
  S.env_kinds[name] = separator
end

local env_functions = {}
function env_functions.defineMergeable(name, options)
  if options ~= nil and type(options) ~= "table" then
    S.fail("lib.env.defineMergeable: the options are a table", { word = "defineMergeable" })
  end
  options = options or {}
  S.check_fields("lib.env.defineMergeable", options, { "separator" })
  local separator = options.separator or ":"
  if type(separator) ~= "string" or separator == "" then
    S.fail("lib.env.defineMergeable: `separator` is a text", { word = "separator" })
  end
  define("lib.env.defineMergeable", name, separator)
end
function env_functions.defineSingular(name) define("lib.env.defineSingular", name, false) end

local PACKAGE_FIELDS = { "name", "version", "url", "sha256", "bin", "strip", "man", "completions", "meta" }

local function for_platform(what, field, value)
  if type(value) == "table" and not S.is_list(value) then
    local found = value[S.platform]
    if found == nil then
      S.fail(format("%s: there is no `%s` for %s", what, field, S.platform), {
        hint = "there is one for " .. concat(S.sorted_keys(value), ", "), word = field,
      })
    end
    return found
  end
  if value == nil then S.fail(format("%s: `%s` is missing", what, field), { word = "package" }) end
  return value
end

-- `bin`: a list of paths in the archive, or a table of name → path.
local function programs(what, name, bin)
  if bin == nil then bin = { name } end
  if type(bin) == "string" then bin = { bin } end
  if type(bin) ~= "table" then S.fail(what .. ": `bin` is a list of paths in the archive", { word = "bin" }) end
  local result = {}
  for key, path in S.pairs(bin) do
    S.check_string(what, "bin", path)
    result[type(key) == "string" and key or path:match("([^/]+)$")] = path
  end
  return result
end

local function package_config(opts, ctx)
  local fetched = ctx.fetch_url(opts.url, opts.sha256)
  local home = ctx.out .. "/lib/" .. ctx.name
  if opts.plain then
    for name in pairs(opts.bin) do
      ctx.mkdir(ctx.out .. "/bin")
      ctx.copy(fetched, ctx.out .. "/bin/" .. name)
      ctx.chmod(ctx.out .. "/bin/" .. name, "0755")
    end
    return
  end
  ctx.unpack(fetched, home, { strip = opts.strip })
  ctx.mkdir(ctx.out .. "/bin")
  for name, path in pairs(opts.bin) do
    if not ctx.exists(home .. "/" .. path) then
      local there = {}
      for index, found in ipairs(ctx.glob(home .. "/**")) do there[index] = found:sub(#home + 2) end
      error("there is no " .. path .. " in the archive; there are: " .. table.concat(there, ", "), 0)
    end
    ctx.chmod(home .. "/" .. path, "0755")
    ctx.symlink("../lib/" .. ctx.name .. "/" .. path, ctx.out .. "/bin/" .. name)
  end
  for section, paths in pairs(opts.share) do
    ctx.mkdir(ctx.out .. "/share/" .. section)
    for _, path in ipairs(paths) do
      local name = path:match("([^/]+)$")
      ctx.copy(home .. "/" .. path, ctx.out .. "/share/" .. section .. "/" .. name)
    end
  end
end

-- It sees the globals that a config sees, not ours.
do
  local scope, index = S.env, 1
  while debug.getupvalue(package_config, index) ~= "_ENV" do index = index + 1 end
  debug.upvaluejoin(package_config, index, function() return scope end, 1)
end

local function package(spec)
  if type(spec) ~= "table" then S.fail("lib.package: expected a table, got a " .. type(spec), { word = "package" }) end
  S.check_string("lib.package", "name", spec.name)
  local what = format("lib.package \"%s\"", spec.name)
  S.check_fields(what, spec, PACKAGE_FIELDS)
  local url = for_platform(what, "url", spec.url)
  local sha256 = for_platform(what, "sha256", spec.sha256)
  local share = {}
  for _, path in ipairs(spec.man or {}) do
    S.check_string(what, "man", path)
    local section = "man/man" .. (path:match("%.(%d)%w*$") or path:match("%.(%d)%w*%.gz$") or "1")
    share[section] = share[section] or {}
    table.insert(share[section], path)
  end
  local FOLDERS = { bash = "bash-completion/completions", zsh = "zsh/site-functions", fish = "fish/vendor_completions.d" }
  for shell, path in S.pairs(spec.completions or {}) do
    if not FOLDERS[shell] then
      S.fail(format("%s: there are no completions for `%s`", what, S.show(shell)), {
        hint = "shells are bash, fish and zsh", word = "completions",
      })
    end
    share[FOLDERS[shell]] = { S.check_string(what, "completions", path) }
  end
  local first = type(url) == "table" and url[1] or url
  S.check_string(what, "url", first)
  local archive = first:gsub("[?#].*$", ""):find("%.tar$") or first:find("%.tar%.%w+$") or first:find("%.tgz$")
    or first:find("%.txz$") or first:find("%.tbz2?$") or first:find("%.zip$") or first:find("%.deb$")
  return S.derive {
    name = spec.name, version = spec.version, meta = spec.meta,
    opts = {
      url = url, sha256 = sha256, bin = programs(what, spec.name, spec.bin), strip = spec.strip or 0,
      share = S.as_map(share), plain = not archive,
    },
    config = package_config,
  }
end

-- `lib.build` is a library of its own, in files of its own, each read when it is first needed.
local parts = {}
local function build_part(name)
  if parts[name] == nil then
    local text, message = S.host("part", name)
    if not text then S.fail("lib.build: " .. message, { word = "build" }) end
    local part = assert(raw_load(text, "=(sys)/build/" .. name .. ".lua", "t", S.env))(S, build_part)
    parts[name] = part
    S.hash_once(part)
    for _, f in next, type(part) == "table" and name ~= "init" and part or {} do S.hash_once(f) end
  end
  return parts[name]
end

local function build_library()
  if S.current then
    S.fail("lib.build: it is asked for while a build runs", {
      hint = "write `local build = require(\"syslua.lib\").build` at the top of the file: what a build uses takes "
        .. "part in its hash",
      word = "build",
    })
  end
  return build_part("init")
end

local lib = {}
for _, functions in ipairs { S.priority_functions, S.data_functions, S.text_functions } do
  for name, f in next, functions do lib[name] = f end
end
lib.path = S.constant("lib.path", S.path_functions)
lib.env = S.constant("lib.env", env_functions)
lib.options = S.options
lib.package = S.framed(package)
S.lib_contents = lib
S.lib = S.constant("lib", lib, function(key)
  if key == "build" then return build_library() end
  local known = S.sorted_keys(lib)
  known[#known + 1] = "build"
  local near = type(key) == "string" and S.nearest(key, known)
  S.fail(format("There is no `lib.%s`", S.show(key)), {
    hint = near and format("did you mean `lib.%s`?", near) or "there are " .. concat(known, ", "),
    word = S.show(key),
  })
end)

-- Globals that declare are C functions on the outside: a tail call to one keeps the frame of its caller, so that
-- `return derive { … }` knows its line.
local globals = S.globals
for name, f in next, {
  derive = S.derive, activate = S.activate, file = S.file, env = S.declare_env, user = S.user, project = S.project,
  require = S.require, dofile = S.dofile, loadfile = S.loadfile,
} do globals[name] = S.framed(f) end
for name, f in next, S.fact_functions do S.fact_functions[name] = S.framed(f) end
globals.syslua = S.facts
for name, value in next, globals do S.name_parts(name, value) end
S.tokens[S.env], S.tokens[globals] = "_G", "_G"
S.name_parts("lib", S.lib)
for name, f in next, S.fact_functions do S.tokens[f] = "syslua." .. name end
for name, value in next, { List = S.List, Map = S.Map, Priority = S.Priority } do S.tokens[value] = name end
-- What the build library's steps say when they fail.
S.tokens[S.fail] = "fail"
