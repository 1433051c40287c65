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

---A program, library or script, as `ctx.file_types` gives it.
---@class syslua.TypedFile
---@field path string Relative to the folder.
---@field type "binary"|"object"|"archive"|"script" A program or shared library; what is yet to be linked; a text with `#!`.
---@field executable boolean
---@field interpreter? string Of a script: its first line without `#!`.

---What a build can do. Each operation has happened when it returns; one that fails throws, and `pcall` catches it.
---Relative paths start at `ctx.tmp`.
---@class syslua.BuildContext
---@field out string Folder (or file) to produce.
---@field outputs table<string, string> The same for each output.
---@field tmp string A scratch folder that is gone afterwards.
---@field name string
---@field version? string
---@field sys syslua.BuildFacts
---@field env table<string, string> Environment of `ctx.run`: a small fixed set at first, which may be changed.
---@field cores integer Processors of this machine; not part of the hash.
---@field jobserver string For MAKEFLAGS: make shares its jobs with all builds. Not part of the hash.
local ctx = {}
