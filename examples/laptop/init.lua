-- A laptop: shells, editors, terminals, git, ssh, and three small tools.
--
--     sys plan examples/laptop       what would change
--     sys apply examples/laptop      do it
--     sys destroy                    and back to how it was
--
-- Each module stands for itself and may be left out.

local M = {}

-- Where there is no npm registry, the tools that come from it are left out.
local offline = syslua.getenv("LAPTOP_OFFLINE", "") ~= ""

function M.setup()
  require("modules.environment").setup { editor = "vim", pager = "less" }
  require("modules.shells").setup()
  require("modules.ssh").setup()
  require("modules.editors").setup()
  require("modules.terminals").setup { font_size = 12.5 }
  require("modules.tools").setup()

  require("modules.tally").setup()
  local guard
  if not offline then
    local lefthook = require("modules.lefthook").setup()
    guard = require("modules.guard").setup { lefthook = lefthook }
  end
  require("modules.git").setup { hooks = guard and guard.out .. "/hooks" }
end

return M
