-- bash, zsh and fish: the same manners in each.

local M = {}

local FILES = {
  ["~/.profile"] = "shell/profile",
  ["~/.inputrc"] = "shell/inputrc",

  ["~/.bash_profile"] = "bash/bash_profile",
  ["~/.bashrc"] = "bash/bashrc",
  ["~/.bash_logout"] = "bash/bash_logout",
  ["~/.config/bash/aliases.bash"] = "bash/aliases.bash",
  ["~/.config/bash/functions.bash"] = "bash/functions.bash",
  ["~/.config/bash/prompt.bash"] = "bash/prompt.bash",

  ["~/.zshenv"] = "zsh/zshenv",
  ["~/.config/zsh/.zshrc"] = "zsh/zshrc",
  ["~/.config/zsh/aliases.zsh"] = "zsh/aliases.zsh",
  ["~/.config/zsh/prompt.zsh"] = "zsh/prompt.zsh",
}

function M.setup()
  for path, source in pairs(FILES) do
    file { path = path, source = "dotfiles/" .. source }
  end
  -- fish has a folder of its own, laid out as it wants it.
  file { path = "~/.config/fish", source = "dotfiles/fish", recursive = true }
  file { path = "~/.config/starship.toml", source = "dotfiles/starship/starship.toml" }
  -- Scripts; they keep their permission to be executed.
  file { path = "~/.local/bin", source = "dotfiles/bin", recursive = true }

  activate {
    name = "terminal manners",
    config = function(_, ctx)
      ctx.source_in_shell("./dotfiles/shell/terminal.sh", { shells = { "sh", "bash", "zsh" } })
    end,
  }
end

return M
