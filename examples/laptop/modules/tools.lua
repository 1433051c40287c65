-- Configuration of tools for the command line. Those that are not installed don't mind.

local M = {}

local FILES = {
  ["~/.curlrc"] = "curl/curlrc",
  ["~/.lesskey"] = "less/lesskey",
  ["~/.sqliterc"] = "sqlite/sqliterc",
  ["~/.cargo/config.toml"] = "cargo/config.toml",
  ["~/.config/bat/config"] = "bat/config",
  ["~/.config/direnv/direnv.toml"] = "direnv/direnv.toml",
  ["~/.config/direnv/direnvrc"] = "direnv/direnvrc",
  ["~/.config/fd/ignore"] = "fd/ignore",
  ["~/.config/gdb/gdbinit"] = "gdb/gdbinit",
  ["~/.config/lazygit/config.yml"] = "lazygit/config.yml",
  ["~/.config/npm/npmrc"] = "npm/npmrc",
  ["~/.config/pip/pip.conf"] = "pip/pip.conf",
  ["~/.config/psql/psqlrc"] = "psql/psqlrc",
  ["~/.config/python/startup.py"] = "python/startup.py",
  ["~/.config/ripgrep/config"] = "ripgrep/config",
  ["~/.config/wget/wgetrc"] = "wget/wgetrc",
}

function M.setup()
  for path, source in pairs(FILES) do
    file { path = path, source = "dotfiles/" .. source }
  end
  activate {
    name = "htop",
    config = function(_, ctx)
      -- htop writes its file itself, so it gets a copy to begin with, which is its own from then on.
      ctx.copy("dotfiles/htop/htoprc", "~/.config/htop/htoprc", { mutable = true })
    end,
  }
end

return M
