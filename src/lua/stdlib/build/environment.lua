-- Takes the options of a build, puts its dependencies and tools into the environment of its commands.
local S, part = ...
local ipairs, pairs, concat, tostring = ipairs, pairs, table.concat, tostring
local common = part "common"
local has = common.has

-- What a compiler and a linker are told; the user's own come behind ours.
local FLAGS = { "CPPFLAGS", "LDFLAGS" }
-- Variables that are lists of folders.
local LISTS = { "PATH", "CPATH", "LIBRARY_PATH", "LD_RUN_PATH", "PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "ACLOCAL_PATH" }

-- Those of the folders that are there.
local function below(ctx, folders, names)
  local list = {}
  for _, folder in ipairs(folders) do
    for _, name in ipairs(names) do
      local path = folder .. "/" .. name
      if ctx.exists(path) then list[#list + 1] = path end
    end
  end
  return list
end

-- An RPATH is as long in every root: what a linker lays out behind it lies at the same places. `finish` takes out what
-- is not needed, and the slashes.
local LENGTH = 256
local function even(path)
  local room = (#path // LENGTH + 1) * LENGTH - #path
  return (path:gsub("/[^/]*$", function(last) return ("/"):rep(room) .. last end))
end

local function prefixed(prefix, paths)
  local list = {}
  for index, path in ipairs(paths) do list[index] = prefix .. path end
  return concat(list, " ")
end

return function(opts, ctx)
  local env = ctx.env
  local libraries = below(ctx, opts.deps, { "lib" })
  -- A program finds the libraries that are installed beside it.
  local own = (has(ctx, "lib") and ctx.outputs.lib or ctx.out) .. "/lib"
  local run_paths = common.append({ own }, libraries)
  for index, path in ipairs(run_paths) do run_paths[index] = even(path) end
  local includes = below(ctx, opts.deps, { "include" })
  local flags = {
    CPPFLAGS = prefixed("-I", includes),
    LDFLAGS = concat({ prefixed("-L", libraries), prefixed("-Wl,-rpath,", run_paths) }, " "):gsub("^ ", ""),
  }
  local lists = {
    PATH = below(ctx, opts.tools, { "bin" }),
    CPATH = includes, LIBRARY_PATH = libraries, LD_RUN_PATH = run_paths,
    PKG_CONFIG_PATH = below(ctx, opts.deps, { "lib/pkgconfig", "share/pkgconfig" }),
    CMAKE_PREFIX_PATH = #opts.deps > 0 and opts.deps or nil,
    ACLOCAL_PATH = below(ctx, opts.tools, { "share/aclocal" }),
  }
  for name, value in pairs(opts.env or {}) do env[name] = tostring(value) end
  for _, name in ipairs(FLAGS) do
    local value = concat({ flags[name], env[name] }, flags[name] ~= "" and env[name] and " " or "")
    if value ~= "" then env[name] = value end
  end
  for _, name in ipairs(LISTS) do
    local list = common.append({}, lists[name])
    if #list > 0 then
      list[#list + 1] = env[name]
      env[name] = concat(list, ":")
    end
  end
end
