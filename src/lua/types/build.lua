---@meta
-- `ctx` of `derive { config = function(opts, ctx) … end }`.

---Facts that a build may know.
---@class syslua.BuildFacts
---@field platform syslua.Platform
---@field os "linux"|"darwin"|"windows"
---@field arch "x86_64"|"aarch64"|"arm"
---@field is_linux boolean
---@field is_darwin boolean
---@field is_windows boolean

---What a build can do. Each operation has happened when it returns; one that fails throws, and `pcall` catches it.
---Relative paths start at `ctx.tmp`.
---@class syslua.BuildContext
---@field out string Folder (or file) to produce.
---@field outputs table<string, string> The same for each output.
---@field tmp string A scratch folder that is gone afterwards.
---@field name string
---@field version? string
---@field sys syslua.BuildFacts
---@field env table<string, string> Environment of `ctx.run`, beside a small fixed set.
local ctx = {}

---@class syslua.FetchOptions
---@field name? string Name of the file.
---@field headers? table<string, string>
---@field auth? string
---@field executable? boolean
---@field unpack? boolean

---Downloads a file and checks it.
---@param url string|string[] Several are mirrors of each other.
---@param hash string `sha256-…`, `sha512-…`, 64 hex digits, or Nix's base32.
---@param opts? syslua.FetchOptions
---@return string # its path
function ctx.fetch_url(url, hash, opts) end

---@class syslua.FetchGitOptions
---@field submodules? boolean
---@field name? string
---@field auth? string

---A clean tree of a Git repository at a revision.
---@param url string
---@param rev string
---@param hash? string
---@param opts? syslua.FetchGitOptions
---@return string # its path
function ctx.fetch_git(url, rev, hash, opts) end

---A package's tarball from the npm registry.
---@param name string
---@param version string
---@param integrity string
---@return string # its path
function ctx.fetch_npm(name, version, integrity) end

---@class syslua.UnpackOptions
---@field strip? integer Folders to leave out at the start of each name.

---Unpacks an archive; its type is told from its content.
---@param archive string
---@param dest? string
---@param opts? syslua.UnpackOptions
---@return string # where it was unpacked
function ctx.unpack(archive, dest, opts) end

---Copies a file or folder.
---@param from string
---@param to string
---@return string
function ctx.copy(from, to) end

---Moves a file or folder.
---@param from string
---@param to string
---@return string
function ctx.move(from, to) end

---Makes a folder, and those above it.
---@param path string
---@return string
function ctx.mkdir(path) end

---@class syslua.WriteOptions
---@field executable? boolean

---Writes a file.
---@param path string
---@param text string
---@param opts? syslua.WriteOptions
---@return string
function ctx.write(path, text, opts) end

---Changes permissions.
---@param path string
---@param mode string|integer Octal digits (`"0755"`), or the bits as a number.
---@return string
function ctx.chmod(path, mode) end

---Makes a link at `path`.
---@param to string
---@param path string
---@return string
function ctx.symlink(to, path) end

---Removes a file or folder.
---@param path string
function ctx.remove(path) end

---Content of a file.
---@param path string
---@return string
function ctx.read(path) end

---Whether something is there.
---@param path string
---@return boolean
function ctx.exists(path) end

---Names in a folder, sorted.
---@param path string
---@return string[]
function ctx.list(path) end

---Paths that match a pattern (`*`, `**`, `?`), sorted.
---@param pattern string
---@return string[]
function ctx.glob(pattern) end

---Replaces texts in a file.
---@param file string
---@param replacements table<string, string> From → to.
function ctx.substitute(file, replacements) end

---@class syslua.CommandOptions
---@field cwd? string
---@field env? table<string, string>
---@field shell? string
---@field stdin? string
---@field timeout? number Seconds.
---@field check? boolean With `false`, a failure does not throw.
---@field capture? boolean With `false`, what it prints goes into the build log only; else 16 MiB may be printed.

---Runs a command, and throws with its last lines when it fails.
---@param cmd string|string[] A line for the shell, or a program with its arguments.
---@param opts? syslua.CommandOptions
---@return string # what it wrote to stdout
function ctx.run(cmd, opts) end

---Writes into the build log.
---@param text string
function ctx.log(text) end
