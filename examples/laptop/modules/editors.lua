-- Editors: one for each occasion.

local M = {}

function M.setup()
  file { path = "~/.vimrc", source = "dotfiles/vim/vimrc" }
  file { path = "~/.config/nvim", source = "dotfiles/nvim", recursive = true }
  file { path = "~/.config/helix", source = "dotfiles/helix", recursive = true }
  file { path = "~/.config/nano/nanorc", source = "dotfiles/nano/nanorc" }
  file { path = "~/.editorconfig", source = "dotfiles/editorconfig" }
end

return M
