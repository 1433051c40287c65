-- git. Name and mail are in ~/.gitconfig.local, which is not managed.

local lib = require("syslua.lib")
local M = {}

local check = lib.options {
  hooks = { type = "string", description = "folder of hooks for every repository" },
}

function M.setup(opts)
  opts = check(opts)
  file { path = "~/.gitconfig", source = "dotfiles/git/gitconfig" }
  file { path = "~/.config/git/ignore", source = "dotfiles/git/ignore" }
  file { path = "~/.config/git/attributes", source = "dotfiles/git/attributes" }
  file { path = "~/.config/git/message", source = "dotfiles/git/message" }
  if opts.hooks then
    file {
      path = "~/.config/git/hooks.inc",
      content = lib.toINI { core = { hooksPath = opts.hooks } },
    }
  end
end

return M
