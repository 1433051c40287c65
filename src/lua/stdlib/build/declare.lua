-- Takes what a builder is given and the steps it has of its own, gives a derivation.
local S, part = ...
local type, format, next = type, string.format, next
local run_steps, common = part "steps", part "common"

local STEPS = { "unpack", "patch", "configure", "build", "check", "install", "finish" }
local FIELDS = {
  "name", "version", "outputs", "opts", "sha256", "platforms", "strict", "host", "meta",
  "src", "patches", "deps", "tools", "propagate", "flags", "env", "cores", table.unpack(STEPS),
}
-- Names that the library's own options have.
local OURS = { "src", "patches", "deps", "tools", "flags", "env", "check", "cores", "vendor" }

-- Hash of a derivation → what it propagates, in order.
local propagated = {}

-- A text that stands for what lies in the store: a build reads nothing else.
local function is_path(value) return type(value) == "string" and value:find("^" .. S.PLACEHOLDER) ~= nil end

-- One folder for each output that may hold headers and libraries, the headers' first.
local function folders_of(what, field, value)
  if is_path(value) then return { value } end
  local data = S.derivation_data[value]
  if not data then
    local held = type(value) == "string" and format("\"%s\"", value) or "a " .. type(value)
    S.fail(format("%s: `%s` holds %s where a derivation is expected", what, field, held), {
      hint = format("write %s = { zlib, … } with what `derive` or a builder gave", field), word = field,
    })
  end
  local list = {}
  for _, output in ipairs { "dev", "lib", "out" } do list[#list + 1] = data.placeholders[output] end
  if #list == 0 then list[1] = data.placeholders[data.outputs[1]] end
  return list
end

local function check_list(what, field, value)
  if value == nil then return {} end
  if type(value) ~= "table" or S.derivation_data[value] or not S.is_list(value) then
    S.fail(format("%s: `%s` is no list", what, field), { hint = format("write %s = { … }", field), word = field })
  end
  return value
end

-- Folders of derivations and of all that these propagate, each where it is first met.
local function all_folders(what, field, values)
  local list, seen = {}, {}
  local function add(value)
    for _, folder in ipairs(folders_of(what, field, value)) do
      if not seen[folder] then
        seen[folder] = true
        list[#list + 1] = folder
      end
    end
    local data = S.derivation_data[value]
    for _, other in ipairs(data and propagated[data.hash] or {}) do add(other) end
  end
  for _, value in ipairs(values) do add(value) end
  return list
end

local function check_hash(what, field, spec)
  if type(spec.sha256) ~= "string" then
    S.fail(format("%s: `%s.sha256` is %s", what, field, spec.sha256 == nil and "missing" or "no text"), {
      hint = "`sys hash <url>` prints it", word = field:match("^%a+"),
    })
  end
end

local function check_path(what, field, path)
  if is_path(path) then return path end
  local url = type(path) == "string" and path:find("^%a[%w+.-]*://")
  S.fail(format("%s: `%s` is %s, which a build does not reach", what, field, type(path) == "string" and format("\"%s\"", path)
    or "a " .. type(path)), {
    hint = url and "write { url = \"…\", sha256 = \"…\" }; `sys hash <url>` prints the hash"
      or "write syslua.source(\"./…\"): it lies beside the config, and is copied into the store",
    word = field:match("^%a+"),
  })
end

-- A file that is fetched, or a path.
local function file_of(what, field, value)
  if type(value) == "string" then return { path = check_path(what, field, value) } end
  local data = S.derivation_data[value]
  if data then return { path = data.out or data.placeholders[data.outputs[1]] } end
  if type(value) ~= "table" then
    S.fail(format("%s: `%s` is %s", what, field, value == nil and "missing" or "a " .. type(value)), {
      hint = format("write %s = { url = \"…\", sha256 = \"…\" }, or syslua.source(\"./folder\")", field),
      word = value ~= nil and field:match("^%a+") or nil,
    })
  end
  S.check_fields(format("%s: `%s`", what, field), value, { "url", "git", "rev", "sha256", "submodules", "path", "strip" })
  if not value.url and not value.git and not value.path then
    S.fail(format("%s: `%s` says no place", what, field), {
      hint = "it has `url` and `sha256`, or `git`, `rev` and `sha256`", word = field:match("^%a+"),
    })
  end
  if value.git then S.check_string(what, field .. ".rev", value.rev) end
  if value.path then check_path(what, field .. ".path", value.path) else check_hash(what, field, value) end
  return value
end

local function files_of(what, field, values)
  local list = {}
  for index, value in ipairs(check_list(what, field, values)) do
    list[index] = file_of(what, format("%s[%d]", field, index), value)
  end
  return list
end

local function check_env(what, env)
  for name, value in S.pairs(env or {}) do
    if type(name) ~= "string" or (type(value) ~= "string" and type(value) ~= "number") then
      S.fail(format("%s: `env.%s` is no text", what, S.show(name)), { word = "env" })
    end
  end
  return env
end

local function check_cores(what, cores)
  if cores ~= nil and (math.type(cores) ~= "integer" or cores < 1) then
    S.fail(what .. ": `cores` is a whole number, 1 or more", { word = "cores" })
  end
  return cores
end

-- The steps that are the user's own.
local function own_steps(what, spec)
  local own = {}
  for _, name in ipairs(STEPS) do
    local step = spec[name]
    if type(step) == "function" then own[name] = step
    elseif step ~= nil and not (name == "check" and type(step) == "boolean") then
      S.fail(format("%s: `%s` is a %s where a function is expected", what, name, type(step)), {
        hint = (name == "check" and "write check = true for its tests, or " or "write ")
          .. format("%s = function(opts, ctx, default) … end; `default()` does what is done without it", name),
        word = name,
      })
    end
  end
  return own
end

local function check_outputs(what, outputs)
  for _, name in ipairs(outputs or { "out" }) do
    if name == "out" then return end
  end
  S.fail(what .. ": `outputs` has no `out`", {
    hint = "programs and what is left go there: outputs = { \"out\", \"dev\" }", word = "outputs",
  })
end

local function options_of(what, spec)
  local opts = {}
  for name, value in next, S.resolve_opts(what, spec.opts) do opts[name] = value end
  for _, name in ipairs(OURS) do
    if opts[name] ~= nil then
      S.fail(format("%s: `opts.%s` is a field of its own", what, name), {
        hint = format("write %s = … beside `opts`", name), word = name,
      })
    end
  end
  opts.src = file_of(what, "src", spec.src)
  opts.patches = files_of(what, "patches", spec.patches)
  local deps = {}
  for _, field in ipairs { "deps", "propagate" } do
    for _, value in ipairs(check_list(what, field, spec[field])) do deps[#deps + 1] = value end
  end
  opts.deps = all_folders(what, "deps", deps)
  opts.tools = all_folders(what, "tools", check_list(what, "tools", spec.tools))
  opts.env, opts.cores = check_env(what, spec.env), check_cores(what, spec.cores)
  opts.check = spec.check and true or nil
  if type(spec.flags) ~= "function" then opts.flags = check_list(what, "flags", spec.flags) end
  return opts
end

--- `builder`: its name, the steps it has of its own, further fields, and `prepare(what, spec, opts)`.
return function(builder, spec)
  local title = "build." .. builder.name
  if type(spec) ~= "table" then
    S.fail(format("%s: expected a table, got %s", title, type(spec)), {
      hint = format("write %s { name = \"…\", src = { url = \"…\", sha256 = \"…\" } }", title), word = builder.name,
    })
  end
  S.check_string(title, "name", spec.name)
  local what = format("%s \"%s\"", title, spec.name)
  local fields = table.move(FIELDS, 1, #FIELDS, 1, {})
  for _, name in ipairs(builder.fields or {}) do fields[#fields + 1] = name end
  if spec.config ~= nil then
    S.fail(format("%s: `config` is what it makes itself", what), {
      hint = "the steps are " .. table.concat(STEPS, ", ") .. "; a function of that name replaces one",
      word = "config",
    })
  end
  S.check_fields(what, spec, fields)
  check_outputs(what, spec.outputs)
  local opts = options_of(what, spec)
  if builder.prepare then builder.prepare(what, spec, opts) end
  local own = own_steps(what, spec)
  for _, step in next, builder.steps do S.hash_once(step) end
  -- What `config` captures is hashed: the steps of this builder, and those of the user's.
  local defaults = {
    unpack = common.unpack, patch = common.patch, finish = part "finish", check = builder.steps.check,
    configure = builder.steps.configure, build = builder.steps.build, install = builder.steps.install,
  }
  local flags = type(spec.flags) == "function" and spec.flags or nil
  local made = S.derive {
    name = spec.name, version = spec.version, outputs = spec.outputs, sha256 = spec.sha256,
    platforms = spec.platforms, strict = spec.strict, host = spec.host, meta = spec.meta, opts = opts,
    config = function(given, ctx) run_steps(defaults, own, flags, given, ctx) end,
  }
  propagated[made.hash] = spec.propagate
  return made
end
