-- The environment of every shell and of what is started from it.

local lib = require("syslua.lib")
local M = {}

local check = lib.options {
  editor = { type = "string", default = "vi", description = "opened by git, crontab and the like" },
  pager = { type = "string", default = "less", description = "shows what is longer than the screen" },
}

function M.setup(opts)
  opts = check(opts)
  env {
    EDITOR = opts.editor,
    VISUAL = opts.editor,
    PAGER = opts.pager,
    MANPAGER = opts.pager,

    -- Where programs should keep their things, for those that ask.
    XDG_CONFIG_HOME = "~/.config",
    XDG_CACHE_HOME = "~/.cache",
    XDG_DATA_HOME = "~/.local/share",
    XDG_STATE_HOME = "~/.local/state",

    -- For those that have to be told.
    RIPGREP_CONFIG_PATH = "~/.config/ripgrep/config",
    WGETRC = "~/.config/wget/wgetrc",
    PSQLRC = "~/.config/psql/psqlrc",
    PYTHONSTARTUP = "~/.config/python/startup.py",
    -- The global file, since npm writes tokens into the user's.
    NPM_CONFIG_GLOBALCONFIG = "~/.config/npm/npmrc",
    LESSHISTFILE = "-",

    -- Own scripts come first, what language tools install comes last.
    PATH = { lib.mkBefore("~/.local/bin"), lib.mkAfter("~/.cargo/bin"), lib.mkAfter("~/go/bin") },
  }
end

return M
