-- Neovim, in three files: what it looks like, what keys do, what happens by itself.
-- No plugin manager: what is built in goes far, and starts in 15 ms.

vim.g.mapleader = " "
vim.g.maplocalleader = ","

require("options")
require("keymaps")
require("autocmds")

-- Language servers that are installed are used; those that are not are not missed.
if vim.lsp.config then
  vim.lsp.config("lua_ls", {
    cmd = { "lua-language-server" },
    filetypes = { "lua" },
    root_markers = { ".luarc.json", ".git" },
  })
  vim.lsp.config("clangd", {
    cmd = { "clangd", "--background-index" },
    filetypes = { "c", "cpp" },
    root_markers = { "compile_commands.json", ".clangd", ".git" },
  })
  for server, program in pairs({ lua_ls = "lua-language-server", clangd = "clangd" }) do
    if vim.fn.executable(program) == 1 then
      vim.lsp.enable(server)
    end
  end
end

pcall(require, "machine") -- ~/.config/nvim/lua/machine.lua, if there is one
