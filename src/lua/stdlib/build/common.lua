-- The steps that all builders share, and what theirs are made of. The source lies in `source`, below `ctx.tmp`.
-- None captures the table of all: each is hashed by itself.
local S = ...
local fail, format, ipairs, pairs, pcall, concat = S.fail, string.format, ipairs, pairs, pcall, table.concat

local function fetched(ctx, file)
  if file.git then return ctx.fetch_git(file.git, file.rev, file.sha256, { submodules = file.submodules }) end
  if file.url then return ctx.fetch_url(file.url, file.sha256) end
  return file.path
end

local function is_folder(ctx, path) return (pcall(ctx.list, path)) end

--- Refuses to go on where none of the programs is there.
local function need(ctx, programs, hint)
  local line = "command -v " .. concat(programs, " || command -v ") .. " || true"
  if ctx.run({ "sh", "-c", line }) ~= "" then return end
  fail(format("there is no `%s`", concat(programs, "` or `")), {
    hint = format("%s; one in a folder of its own is found by env = { PATH = \"/opt/%s/bin:/usr/bin:/bin\" }",
      hint, programs[1]),
  })
end

--- What a C compiler is called.
local function need_compiler(opts, ctx)
  if opts.env and opts.env.CC then return end
  need(ctx, { "cc", "gcc", "clang" },
    "install a C compiler on this machine (Debian: apt install gcc libc6-dev make; macOS: xcode-select --install), "
      .. "or name one in `tools`")
end

--- The environment of make: how many commands it may start at once.
local function jobs(opts, ctx)
  return { MAKEFLAGS = opts.cores and format("-j%d", opts.cores) or ctx.jobserver }
end

--- How many commands may run at once.
local function cores(opts, ctx) return format("%d", opts.cores or ctx.cores) end

--- A list in a list.
local function append(list, more)
  for _, value in ipairs(more or {}) do list[#list + 1] = value end
  return list
end

--- Whether an output is declared.
local function has(ctx, name)
  for output in pairs(ctx.outputs) do
    if output == name then return true end
  end
  return false
end

-- How a folder of the source is built alone.
local ONLY = "unpack = function(opts, ctx, default) default() ctx.move(\"source\", \"whole\") "
  .. "ctx.move(\"whole/%s\", \"source\") end"

--- Says which builder knows what lies there instead.
local function wrong_builder(ctx, missing, others)
  local present = {}
  for _, other in ipairs(others) do
    if ctx.exists("source/" .. other[1]) then present[#present + 1] = other end
  end
  local first, below = present[1], ctx.glob("source/*/" .. missing)[1]
  local folder = below and below:match("^.*source/([^/]*)/")
  fail(format("there is no `%s` in the source", missing), {
    hint = folder and format("there is one in its folder `%s`: %s", folder, format(ONLY, folder))
      or first and format("it has %s: %s", first[1], first[2])
      or "it has " .. concat(ctx.list("source"), ", "),
  })
end

local function unpack(opts, ctx)
  local path = fetched(ctx, opts.src)
  if is_folder(ctx, path) then ctx.copy(path, "source")
  else
    ctx.unpack(path, "unpacked")
    local names = ctx.list("unpacked")
    local only = #names == 1 and "unpacked/" .. names[1]
    ctx.move(only and is_folder(ctx, only) and only or "unpacked", "source")
  end
  ctx.run({ "chmod", "-R", "u+w", "source" })
end

local function patch(opts, ctx)
  if #opts.patches == 0 then return end
  need(ctx, { "patch" }, "install it on this machine (Debian: apt install patch), or name it in `tools`")
  for index, file in ipairs(opts.patches) do
    local path = fetched(ctx, file)
    local command = { "patch", format("-p%d", file.strip or 1), "--batch", "--forward", "-i", path }
    if ctx.sys.is_linux then command[#command + 1] = "--no-backup-if-mismatch" end
    if not pcall(ctx.run, command, { cwd = "source" }) then
      fail(format("patches[%d] does not apply: %s", index, file.url or path:match("[^/]+$")), {
        hint = "it was made for another version, or its paths have more folders in front: { path = …, strip = 2 }",
      })
    end
  end
end

return {
  need = need, need_compiler = need_compiler, jobs = jobs, cores = cores, append = append, has = has,
  wrong_builder = wrong_builder, unpack = unpack, patch = patch,
}
