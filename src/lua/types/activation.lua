---@meta
-- `ctx` of `activate { config = function(opts, ctx) … end }`.

---Records what is to be done. Nothing happens before the plan is executed, and everything can be undone.
---@class syslua.ActivationContext
---@field name? string Name of the activation.
---@field sys syslua.Facts Facts about the machine.
local ctx = {}

---@class syslua.PathOptions
---@field priority? integer Who wins when two have a program of the same name: the lowest number. 100 without it.

---Programs (and manual pages, completions beside them) of a `bin` folder join the profile, which is on PATH.
---@param dir string
---@param options? syslua.PathOptions
function ctx.add_to_path(dir, options) end

---@class syslua.SymlinkOptions
---@field mutable? boolean A link to the file itself instead of the store's copy.
---@field force? boolean

---A link at `target`.
---@param source syslua.Text A file beside the config, or in the output of a derivation.
---@param target string
---@param options? syslua.SymlinkOptions
function ctx.symlink(source, target, options) end

---@class syslua.CopyOptions
---@field mode? string Permissions as octal digits: `"0600"`.
---@field owner? string `user` or `user:group`.
---@field mutable? boolean Written when absent, then yours.
---@field force? boolean

---A real file at `target`, for programs that refuse links.
---@param source syslua.Text
---@param target string
---@param options? syslua.CopyOptions
function ctx.copy(source, target, options) end

---@class syslua.ShellOptions
---@field shells? ("sh"|"bash"|"zsh"|"fish"|"powershell"|"nushell")[] `sh`, `bash` and `zsh` without it.

---Shells source a script when they start.
---@param script string A path (in a derivation's output, or `"./x.sh"` beside the config), or the text itself.
---@param options? syslua.ShellOptions
function ctx.source_in_shell(script, options) end

---Sets an environment variable.
---@param name string
---@param value string|number|syslua.Priority
function ctx.set_env(name, value) end

---Puts values before those that a list variable has.
---@param name string
---@param value string|string[]|syslua.Priority
function ctx.prepend_env(name, value) end

---Puts values after those that a list variable has.
---@param name string
---@param value string|string[]|syslua.Priority
function ctx.append_env(name, value) end

---@class syslua.ServiceOptions
---@field unit syslua.Text The unit: its text, or a path as for `source_in_shell`.
---@field user? boolean A service of the user's session (the default), or with `false` of the system.

---Installs, enables and starts a service.
---@param name string
---@param options syslua.ServiceOptions
function ctx.enable_service(name, options) end

---Sets a variable for everything that is started after login, not only for shells.
---@param name string
---@param value string|number|syslua.Priority
function ctx.set_persistent_env(name, value) end

---Sets a default of macOS.
---@param domain string
---@param key string
---@param value any Text, number, boolean, list or table.
function ctx.set_default(domain, key, value) end

---A user joins a group. Needs root.
---@param user string
---@param group string
function ctx.add_to_group(user, group) end

---@class syslua.UserOptions
---@field uid? integer
---@field group? string
---@field groups? string[]
---@field home? string
---@field shell? string
---@field comment? string
---@field system? boolean
---@field create_home? boolean

---A user exists. Needs root.
---@param name string
---@param options? syslua.UserOptions
function ctx.ensure_user(name, options) end

---@class syslua.GroupOptions
---@field gid? integer
---@field system? boolean

---A group exists. Needs root.
---@param name string
---@param options? syslua.GroupOptions
function ctx.ensure_group(name, options) end

---Packages of the machine's own package manager are installed.
---@param packages table<string, string|string[]> Names by manager: `{ apt = { "git" }, brew = { "git" } }`.
function ctx.host_packages(packages) end

---@class syslua.RunOptions
---@field check? string Exit code 0 means: already done.
---@field undo? string Undoes it.
---@field on? "change"|"always" When it runs: when it is new or changed, or on every apply.

---Runs a command, for what nothing else does.
---@param command string|string[] A line for the shell, or a program with its arguments.
---@param options? syslua.RunOptions
function ctx.run(command, options) end
