-- A toolbox from source, for a machine on which one is not root: `sys apply examples/toolbox`.
local P = require("packages")

local M = {}

function M.setup()
  for _, name in ipairs { "bzip2", "cmark", "hello", "jq", "lua", "ncurses", "pcre2", "tmux", "tree", "xz" } do
    activate {
      name = name,
      opts = { program = P[name] },
      config = function(opts, ctx) ctx.add_to_path(opts.program.out .. "/bin") end,
    }
  end
end

return M
