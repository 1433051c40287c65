-- Takes the outputs as they were installed, makes them fit to be kept: without debug symbols, with interpreters from
-- the store, with manuals packed.
local ipairs, pairs, pcall, format, concat = ipairs, pairs, pcall, string.format, table.concat

-- Paths that one command is given.
local MOST = 200

local function outputs_of(ctx)
  local list = {}
  for _, path in pairs(ctx.outputs) do
    if ctx.exists(path) then list[#list + 1] = path end
  end
  table.sort(list)
  return list
end

-- libtool's own notes are of no use to others, and name places of the build.
local function remove_la(ctx, folder)
  for _, path in ipairs(ctx.glob(folder .. "/**/*.la")) do
    local ok, text = pcall(ctx.read, path)
    if ok and text:find("libtool library file", 1, true) then ctx.remove(path) end
  end
end

local function strip(ctx, folder, files)
  if ctx.run({ "sh", "-c", "command -v strip || true" }) == "" then
    return ctx.log("not stripped: there is no `strip`")
  end
  local by_type = { binary = {}, object = {}, archive = {} }
  for _, file in ipairs(files) do
    local list = by_type[file.type]
    if list then list[#list + 1] = folder .. (file.path == "" and "" or "/" .. file.path) end
  end
  -- Whoever links an object yet needs its symbols.
  local flags = { binary = { "--strip-unneeded" }, object = { "--strip-debug" }, archive = { "--strip-debug", "-D" } }
  for _, type in ipairs { "binary", "object", "archive" } do
    local list = by_type[type]
    for first = 1, #list, MOST do
      local command = { "strip" }
      for _, flag in ipairs(ctx.sys.is_linux and flags[type] or { "-S" }) do command[#command + 1] = flag end
      table.move(list, first, math.min(first + MOST - 1, #list), #command + 1, command)
      ctx.run(command, { check = false })
    end
  end
end

-- The path of a program, where the outputs, the dependencies or the tools have it.
local function find_program(opts, ctx, name)
  for _, folders in ipairs { outputs_of(ctx), opts.tools, opts.deps } do
    for _, folder in ipairs(folders) do
      local path = folder .. "/bin/" .. name
      if ctx.exists(path) then return path end
    end
  end
end

-- Interpreter and arguments of a line; `env` is seen through.
local function parse(line)
  local program, rest = line:match("^%s*(%S+)%s*(.-)%s*$")
  if not program then return end
  if program:match("[^/]+$") == "env" then
    local name, arguments = rest:match("^([^-=%s][^=%s]*)%s*(.*)$")
    return name, arguments, true
  end
  return program, rest
end

local function resolve(opts, ctx, file, line)
  local program, arguments, by_env = parse(line)
  -- Every system has a shell, and what lies in the store already is right.
  if not program or program == "/bin/sh" then return end
  local name = program:match("[^/]+$")
  local standard = by_env or program:find("^/bin/") or program:find("^/usr/bin/") or program:find("^/usr/local/bin/")
  if not standard then return end
  local path = find_program(opts, ctx, name)
  if not path then
    return ctx.log(format("%s is run by the host's %s: a `%s` in `tools` or `deps` would be used instead", file, name, name))
  end
  ctx.substitute(file, { ["#!" .. line] = "#!" .. path .. (arguments ~= "" and " " .. arguments or "") })
end

-- Compressed text hides what it names, so a manual that names a place in the store stays as it is. Links to manuals
-- follow, also those to other links. Some projects compress their manuals themselves.
local COMPRESS = [[cd "$1"
find . -type f -name '*.gz' -exec gzip -d -f {} +
find . -type f ! -name '*.gz' ! -name '*.bz2' ! -name '*.xz' ! -name '*.zst' | while IFS= read -r file; do
  if ! grep -q -F -e "$2" "$file"; then gzip -n9 <"$file" >"$file.gz" && rm "$file"; fi
done
for pass in 1 2 3; do
  find . -type l | while IFS= read -r link; do
    to="$(readlink "$link")"
    if [ -e "$link" ]; then continue; fi
    plain="${to%.gz}"
    for end in '' .gz; do
      if [ -e "${link%/*}/$plain$end" ]; then rm "$link" && ln -s "$plain$end" "${link%.gz}$end"; break; fi
    done
  done
done]]

local function compress_manuals(ctx, folder)
  local manuals = folder .. "/share/man"
  if not ctx.exists(manuals) then return end
  local store = folder:match("^(.*)/tmp/[^/]*$") or folder
  ctx.run({ "sh", "-e", "-c", COMPRESS, "sh", manuals, store .. "/" })
end

return function(opts, ctx)
  local outputs = outputs_of(ctx)
  for _, folder in ipairs(outputs) do
    ctx.run({ "chmod", "-R", "u+w", folder })
    remove_la(ctx, folder)
    local files = ctx.file_types(folder)
    strip(ctx, folder, files)
    for _, file in ipairs(files) do
      local path = folder .. (file.path == "" and "" or "/" .. file.path)
      if file.type == "binary" then
        ctx.shrink_rpath(path)
        ctx.renew_build_id(path)
      elseif file.type == "script" and file.executable then resolve(opts, ctx, path, file.interpreter) end
    end
    -- An index of all manuals that are installed, of which each package would have another.
    ctx.remove(folder .. "/share/info/dir")
  end
  for _, folder in ipairs(outputs) do compress_manuals(ctx, folder) end
end
