-- ssh: manners, no keys. Copies instead of links, since ssh looks at who may write them.

local M = {}

function M.setup()
  file { path = "~/.ssh/config", source = "dotfiles/ssh/config", mode = "0600" }
  file { path = "~/.ssh/config.d/forges.conf", source = "dotfiles/ssh/forges.conf", mode = "0600" }
end

return M
