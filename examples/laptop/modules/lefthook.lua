-- lefthook: runs git hooks. Its makers publish native executables on the npm registry, one package
-- for each platform; the integrity hashes are those that `npm view <package> dist.integrity` shows.

local M = {}

local VERSION = "2.2.2"
local PACKAGES = {
  ["x86_64-linux"] = {
    name = "lefthook-linux-x64",
    integrity = "sha512-N/OlQyAhcU6RAXjrwFxLsh70sn96rBoi+XkuLJ8CVBkk9Ci3VDXQayDZTNz5B1xML8RwoMcV8Wblniy1xFOmSA==",
  },
  ["aarch64-linux"] = {
    name = "lefthook-linux-arm64",
    integrity = "sha512-d+HFtS2DEKaOnD7vRU0tUz8pNgHwsUYmQ22+1dyXpOrXGyzNXR0AqX5KsIRF36JGhVvO5X5Anw5QYgR3mxVSuA==",
  },
  ["x86_64-darwin"] = {
    name = "lefthook-darwin-x64",
    integrity = "sha512-fH/kArZ9ZZ65wCFtvBMgGcq25qwQpkQ5jp93ba+8wpjgxxzjczYGluwHvM/NQDJWLOFXuKXW0yFs76SramQkyQ==",
  },
  ["aarch64-darwin"] = {
    name = "lefthook-darwin-arm64",
    integrity = "sha512-6V8D3bLnD/60Xhqn0o2EQD6H3Fe/U9LGkt4WF1O/3eBHbux+5ZJqoH0hfrC+Bi9Dy1Ve1AWxiAY7U2asYl8qVA==",
  },
}

local function package()
  return derive {
    name = "lefthook",
    version = VERSION,
    opts = function(sys)
      return assert(PACKAGES[sys.platform], "lefthook: there is no executable for " .. sys.platform)
    end,
    config = function(opts, ctx)
      local archive = ctx.fetch_npm(opts.name, ctx.version, opts.integrity)
      ctx.unpack(archive, "package", { strip = 1 })
      ctx.mkdir(ctx.out .. "/bin")
      ctx.copy("package/bin/lefthook", ctx.out .. "/bin/lefthook")
    end,
    meta = { homepage = "https://lefthook.dev", license = "MIT" },
  }
end

function M.setup()
  local lefthook = package()
  activate {
    name = "lefthook",
    opts = { lefthook = lefthook },
    config = function(opts, ctx)
      ctx.add_to_path(opts.lefthook.out .. "/bin")
    end,
  }
  return lefthook
end

return M
