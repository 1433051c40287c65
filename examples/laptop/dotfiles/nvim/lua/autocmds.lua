local group = vim.api.nvim_create_augroup("laptop", { clear = true })

local function on(event, pattern, action)
  vim.api.nvim_create_autocmd(event, { group = group, pattern = pattern, callback = action })
end

on("TextYankPost", "*", function()
  (vim.hl or vim.highlight).on_yank({ timeout = 150 })
end)

-- Back to where the cursor was.
on("BufReadPost", "*", function(args)
  local mark = vim.api.nvim_buf_get_mark(args.buf, '"')
  if mark[1] > 0 and mark[1] <= vim.api.nvim_buf_line_count(args.buf) then
    pcall(vim.api.nvim_win_set_cursor, 0, mark)
  end
end)

on("FileType", { "gitcommit", "markdown" }, function()
  vim.opt_local.spell = true
  vim.opt_local.wrap = true
  vim.opt_local.linebreak = true
end)

-- A new file in a new folder can be saved at once.
on("BufWritePre", "*", function(args)
  if not args.match:match("^%w+://") then
    vim.fn.mkdir(vim.fn.fnamemodify(args.match, ":p:h"), "p")
  end
end)
