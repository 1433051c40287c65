-- tally: a tool of our own, built from source by this machine's C compiler.

local M = {}

local function package()
  return derive {
    name = "tally",
    version = "1.0",
    opts = { src = syslua.source("packages/tally") },
    config = function(opts, ctx)
      local share = ctx.out .. "/share"
      for _, folder in ipairs {
        ctx.out .. "/bin",
        share .. "/man/man1",
        share .. "/bash-completion/completions",
        share .. "/zsh/site-functions",
        share .. "/fish/vendor_completions.d",
      } do
        ctx.mkdir(folder)
      end
      ctx.run {
        "cc", "-std=gnu11", "-O2", "-Wall", "-Wextra",
        ('-DVERSION="%s"'):format(ctx.version),
        "-o", ctx.out .. "/bin/tally",
        opts.src .. "/tally.c",
      }
      -- A tool that can't count is not installed.
      local counted = ctx.run({ ctx.out .. "/bin/tally", "-p" }, { stdin = "a\nb\na\n" })
      assert(counted:find("2  a\n", 1, true), "tally counts wrongly: " .. counted)

      ctx.copy(opts.src .. "/tally.1", share .. "/man/man1/tally.1")
      ctx.copy(opts.src .. "/tally.bash", share .. "/bash-completion/completions/tally")
      ctx.copy(opts.src .. "/_tally", share .. "/zsh/site-functions/_tally")
      ctx.copy(opts.src .. "/tally.fish", share .. "/fish/vendor_completions.d/tally.fish")
    end,
    meta = { description = "Counts equal lines, the most frequent first", license = "MIT" },
  }
end

function M.setup()
  local tally = package()
  activate {
    name = "tally",
    opts = { tally = tally },
    config = function(opts, ctx)
      ctx.add_to_path(opts.tally.out .. "/bin")
    end,
  }
  return tally
end

return M
