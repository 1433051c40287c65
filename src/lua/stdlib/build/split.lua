-- Takes an installed tree, moves what the outputs `dev`, `lib` and `doc` are for into them, with the paths in it.
local S, part = ...
local has = part "common".has
local ipairs, pcall, format, fail = ipairs, pcall, string.format, S.fail

local DEV = { "include", "lib/pkgconfig", "share/pkgconfig", "lib/cmake", "share/cmake", "share/aclocal" }
local DOC = { "share/doc", "share/man", "share/info", "share/gtk-doc" }
-- What stands for the prefix in the files of `dev`.
local PREFIXES = { "${prefix}", "$prefix", "$(prefix)", "${exec_prefix}", "$exec_prefix" }
local CMAKE_PREFIXES = { "${_IMPORT_PREFIX}", "${PACKAGE_PREFIX_DIR}" }

-- A folder with nothing left in it goes.
local function remove_empty(ctx, folder)
  if ctx.exists(folder) and #ctx.list(folder) == 0 then ctx.remove(folder) end
end

local function take(ctx, from, to, paths)
  for _, path in ipairs(paths) do
    local old, new = from .. "/" .. path, to .. "/" .. path
    if from ~= to and ctx.exists(old) then
      if ctx.exists(new) then
        ctx.copy(old, new)
        ctx.remove(old)
      else
        ctx.move(old, new)
      end
      remove_empty(ctx, old:match("^(.*)/"))
    end
  end
end

-- Replaces those of the texts that occur.
local function follow(ctx, path, changes)
  local ok, text = pcall(ctx.read, path)
  if not ok then return end
  local found, any = {}, false
  for _, change in ipairs(changes) do
    if text:find(change[1], 1, true) then
      found[change[1]], any = change[2], true
    end
  end
  -- What is a link leads to one that is changed itself.
  if any then pcall(ctx.substitute, path, found) end
end

-- The files of `dev` that say where headers and libraries lie.
local function follow_all(ctx, out, dev, libraries)
  local plain = {
    { out .. "/include", dev .. "/include" }, { "prefix=${pcfiledir}/../..", "prefix=" .. out },
  }
  if libraries ~= out then plain[#plain + 1] = { out .. "/lib", libraries .. "/lib" } end
  local cmake = { plain[1], plain[3] }
  for _, prefix in ipairs(PREFIXES) do
    plain[#plain + 1] = { prefix .. "/include", dev .. "/include" }
    if libraries ~= out then plain[#plain + 1] = { prefix .. "/lib", libraries .. "/lib" } end
  end
  for _, prefix in ipairs(CMAKE_PREFIXES) do
    cmake[#cmake + 1] = { prefix .. "/include", dev .. "/include" }
    cmake[#cmake + 1] = { prefix .. "/lib", libraries .. "/lib" }
    cmake[#cmake + 1] = { prefix .. "/bin", out .. "/bin" }
    cmake[#cmake + 1] = { prefix .. "/share", out .. "/share" }
  end
  for _, pattern in ipairs { "/{lib,share}/pkgconfig/*.pc", "/bin/*-config" } do
    for _, path in ipairs(ctx.glob(dev .. pattern)) do follow(ctx, path, plain) end
  end
  for _, path in ipairs(ctx.glob(dev .. "/{lib,share}/cmake/**/*.cmake")) do follow(ctx, path, cmake) end
end

local function expect(ctx, name, what)
  if has(ctx, name) and not ctx.exists(ctx.outputs[name]) then
    fail(format("there is nothing for the output `%s`", name), {
      hint = format("it takes %s, and none was installed: leave it out of `outputs`, or fill ctx.outputs.%s in `install`",
        what, name),
    })
  end
end

-- Where manuals lie in old Makefiles.
local function settle(ctx, out)
  for _, name in ipairs { "man", "doc", "info" } do
    if ctx.exists(out .. "/" .. name) and not ctx.exists(out .. "/share/" .. name) then
      ctx.move(out .. "/" .. name, out .. "/share/" .. name)
    end
  end
end

return function(_, ctx)
  local out = ctx.out
  settle(ctx, out)
  local libraries = has(ctx, "lib") and ctx.outputs.lib or out
  if has(ctx, "dev") then
    local dev = ctx.outputs.dev
    for _, from in ipairs { out, libraries } do take(ctx, from, dev, DEV) end
    for _, path in ipairs(ctx.exists(out .. "/bin") and ctx.glob(out .. "/bin/*-config") or {}) do
      take(ctx, out, dev, { path:sub(#out + 2) })
    end
    follow_all(ctx, out, dev, libraries)
  end
  -- What was installed where `--libdir` did not reach.
  take(ctx, out, libraries, { "lib" })
  if has(ctx, "doc") then take(ctx, out, ctx.outputs.doc, DOC) end
  expect(ctx, "dev", "headers and what tells of them (.pc, .cmake)")
  expect(ctx, "lib", "libraries")
  expect(ctx, "doc", "manuals")
  if not ctx.exists(out) then
    for _, name in ipairs { "dev", "lib", "doc" } do
      if has(ctx, name) then ctx.mkdir(out) end
    end
  end
end
