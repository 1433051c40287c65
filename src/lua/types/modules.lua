---@meta
-- Entry points and modules.

---What the entry file returns.
---@class syslua.EntryPoint
---@field inputs? table<string, string|syslua.InputSpec> Where other code comes from; locked in `syslua.lock`.
---@field setup fun(inputs: table<string, syslua.Input>) Declares what the machine shall be like.

---What a module returns, by convention.
---@class syslua.Module
---@field setup fun(opts?: table): any Does the work of the module.

---The long form of an input.
---@class syslua.InputSpec
---@field url string `git:…`, `github:org/repo`, `tarball:https://…`, `path:./folder`.
---@field ref? string Branch, tag or revision.
---@field dir? string Folder inside it that counts as its root.
---@field auth? string `env:NAME`: the variable with a token for its server.
---@field inputs? table<string, { follows: string }> Inputs of the input that are to be taken from another.

---An input as `setup` is given it.
---@class syslua.Input
---@field path string Its folder.
---@field rev? string
---@field hash string
---@field type string
---@field last_modified? integer Seconds since the epoch.
