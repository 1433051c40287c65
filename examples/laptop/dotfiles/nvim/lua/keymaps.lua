local function map(mode, keys, action, description)
  vim.keymap.set(mode, keys, action, { desc = description, silent = true })
end

map("n", "<Esc>", "<cmd>nohlsearch<cr>", "Forget the search")
map("n", "<leader>w", "<cmd>write<cr>", "Write")
map("n", "<leader>q", "<cmd>quit<cr>", "Quit")
map("n", "<leader>e", ":edit <C-r>=expand('%:h')<cr>/", "Edit beside this file")
map("n", "<leader>g", ":silent grep! ", "Search the project")
map("n", "]q", "<cmd>cnext<cr>zz", "Next place")
map("n", "[q", "<cmd>cprevious<cr>zz", "Previous place")

-- Half a page, and the eye stays where it is.
map("n", "<C-d>", "<C-d>zz", "Down")
map("n", "<C-u>", "<C-u>zz", "Up")

-- Indenting keeps the selection; pasting over it keeps what was copied.
map("x", "<", "<gv", "Less indented")
map("x", ">", ">gv", "More indented")
map("x", "p", '"_dP', "Paste over")

for _, key in ipairs({ "h", "j", "k", "l" }) do
  map("n", "<C-" .. key .. ">", "<C-w>" .. key, "Go to the window")
end
