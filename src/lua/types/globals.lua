---@meta
-- Globals of a sys.lua config. Written by sys; changes are overwritten.

---A text that is a path. It starts with `~/` or `/` where it names a place on the machine; without those it lies in the
---folder of the config (or of the input that the file belongs to).
---@alias syslua.Path string

---A machine: processor and operating system.
---@alias syslua.Platform "x86_64-linux"|"aarch64-linux"|"x86_64-darwin"|"aarch64-darwin"|"x86_64-windows"|string

---What a file or a variable may have: the value itself, or one with a priority (`lib.mkForce`, `lib.mkDefault`, …).
---@alias syslua.Text string|syslua.Priority

---A value with a priority, made by `lib.mkForce` and the like.
---@class syslua.Priority

---Facts about the machine, and functions that name what lies beside the config. Each fact that is read is recorded.
---@class syslua.Facts
---@field platform syslua.Platform Processor and operating system: `x86_64-linux`.
---@field os "linux"|"darwin"|"windows" The operating system.
---@field arch "x86_64"|"aarch64"|"arm" The processor.
---@field hostname string Name of the machine.
---@field username string Name of the user who runs sys.
---@field is_linux boolean
---@field is_darwin boolean
---@field is_windows boolean
---@field is_elevated boolean Whether sys runs as root, or as an administrator.
---@field version string Version of sys.
---@field dir string The config's folder; known only when something is applied, so it can be joined but not compared.
syslua = {}

---@class syslua.SourceOptions
---@field name? string Name of the store object; the last part of the path without it.

---Names the store's copy of a file or folder beside the config (or in the input that the calling file belongs to).
---@param path syslua.Path
---@param options? syslua.SourceOptions
---@return string # a path that can be joined, and used in `opts`
function syslua.source(path, options) end

---Reads an environment variable of whoever runs sys, and records that it was read.
---@param name string
---@param default? string
---@return string?
function syslua.getenv(name, default) end

---What `derive` takes.
---@class syslua.DeriveSpec
---@field name string Letters, digits and `+ . _ ? = -`, up to 100 of them.
---@field version? string
---@field outputs? string[] Names of what it produces; `{ "out" }` without it.
---@field opts? table|fun(sys: syslua.Facts): table Data for `config`; takes part in the hash.
---@field config fun(opts: table, ctx: syslua.BuildContext) Produces `ctx.out`, when the derivation is built.
---@field sha256? string Content hash that the output must have; then `ctx.run` may use the network.
---@field platforms? syslua.Platform[] Where it works; declaring it elsewhere is an error.
---@field strict? boolean What is found wrong with its outputs (a library that only the host has, …) is an error.
---@field host? boolean It uses what the host has: its pkg-config files are seen, its libraries are no cause for a warning.
---@field meta? table Description, homepage, license; not part of the hash.

---How to produce content for the store.
---@class syslua.Derivation
---@field name string
---@field version? string
---@field hash string Covers everything that the build depends on.
---@field outputs table<string, string> Path of each output.
---@field out string Path of the output `out`. It can be joined to texts; whatever holds it depends on the derivation.

---Declares a derivation. Nothing is built until something that is applied needs it.
---@param spec syslua.DeriveSpec
---@return syslua.Derivation
function derive(spec) end

---What `activate` takes.
---@class syslua.ActivateSpec
---@field name? string For messages.
---@field opts? table|fun(sys: syslua.Facts): table Data for `config`.
---@field config fun(opts: table, ctx: syslua.ActivationContext) Records what is to be done.
---@field after? syslua.Activation[] Activations that come first.

---A declared change of the system; can be named in `after`.
---@class syslua.Activation

---Declares what to do with the machine.
---@param spec syslua.ActivateSpec
---@return syslua.Activation
function activate(spec) end

---What `file` takes: one of `source`, `content` and `template`.
---@class syslua.FileSpec
---@field path string Where it goes: `~/.vimrc`, `/etc/motd`.
---@field source? syslua.Text A file or folder beside the config, or in the output of a derivation.
---@field content? syslua.Text The text itself.
---@field template? syslua.Text A file beside the config with `{{names}}` in it.
---@field vars? table<string, string|number|boolean|table> Values for `template`.
---@field mutable? boolean With `source`: a link to the file itself, so that edits show at once. With `content`: written when absent, then yours.
---@field mode? string Permissions as octal digits (`"0600"`); makes a copy instead of a link.
---@field executable? boolean
---@field recursive? boolean Links the files of a folder one by one, so that others can be beside them.
---@field force? boolean Replaces what is there without asking; it comes back on rollback.
---@field owner? string `user` or `user:group`; makes a copy instead of a link.

---Declares a managed file.
---@param spec syslua.FileSpec
---@return syslua.Activation
function file(spec) end

---Sets environment variables. Those that are lists, such as `PATH`, are joined from all declarations and come before
---what the shell has.
---@param vars table<string, string|number|syslua.Priority|(string|syslua.Priority)[]>
---@return syslua.Activation
function env(vars) end

---What `user` and `project` take.
---@class syslua.BlockSpec
---@field name string
---@field setup fun() Declares what belongs to it.

---Declarations inside `setup` belong to that user.
---@param spec syslua.BlockSpec
function user(spec) end

---Declarations inside `setup` belong to a project shell (`sys shell`), not to the machine.
---@param spec syslua.BlockSpec
function project(spec) end
