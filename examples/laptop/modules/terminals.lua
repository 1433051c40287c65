-- Terminals: the same colours in each, and one place for the size of the font.

local lib = require("syslua.lib")
local M = {}

local check = lib.options {
  font_size = { type = "number", default = 12, description = "points" },
}

function M.setup(opts)
  opts = check(opts)
  local vars = { font_size = opts.font_size }
  file {
    path = "~/.config/alacritty/alacritty.toml",
    template = "dotfiles/alacritty/alacritty.toml",
    vars = vars,
  }
  file { path = "~/.config/kitty/kitty.conf", template = "dotfiles/kitty/kitty.conf", vars = vars }
  file {
    path = "~/.config/wezterm/wezterm.lua",
    template = "dotfiles/wezterm/wezterm.lua",
    vars = vars,
  }
  file { path = "~/.config/tmux/tmux.conf", source = "dotfiles/tmux/tmux.conf" }
  if syslua.is_linux then
    file { path = "~/.config/foot/foot.ini", source = "dotfiles/foot/foot.ini" }
  end
end

return M
