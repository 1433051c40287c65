-- guard: checks before every commit, in every repository. It is made of our rules and of lefthook,
-- which also proves while building that the rules are well-formed.

local lib = require("syslua.lib")
local M = {}

local HOOKS = { "pre-commit" }

local check = lib.options {
  lefthook = { type = "derivation", required = true, description = "runs the checks" },
}

local function package(lefthook)
  return derive {
    name = "guard",
    version = "1.0",
    opts = { src = syslua.source("packages/guard"), lefthook = lefthook },
    config = function(opts, ctx)
      local program = opts.lefthook.out .. "/bin/lefthook"
      local rules = ctx.out .. "/share/guard/lefthook.yml"
      for _, folder in ipairs { "/bin", "/hooks", "/share/guard" } do
        ctx.mkdir(ctx.out .. folder)
      end
      ctx.copy(opts.src .. "/lefthook.yml", rules)

      ctx.mkdir("repository")
      ctx.run({ "git", "init", "--quiet" }, { cwd = "repository" })
      ctx.run({ program, "validate" }, { cwd = "repository", env = { LEFTHOOK_CONFIG = rules } })

      local function script(source, target, hook)
        ctx.copy(opts.src .. "/" .. source, target)
        ctx.substitute(target, { ["@lefthook@"] = program, ["@config@"] = rules, ["@hook@"] = hook })
        ctx.chmod(target, "0755")
      end
      for _, hook in ipairs(HOOKS) do
        script("hook.sh", ctx.out .. "/hooks/" .. hook, hook)
      end
      script("guard.sh", ctx.out .. "/bin/guard", "pre-commit")
    end,
    meta = { description = "Checks before every commit, in every repository" },
  }
end

function M.setup(opts)
  opts = check(opts)
  local guard = package(opts.lefthook)
  activate {
    name = "guard",
    opts = { guard = guard },
    config = function(opts, ctx)
      ctx.add_to_path(opts.guard.out .. "/bin")
    end,
  }
  return guard
end

return M
