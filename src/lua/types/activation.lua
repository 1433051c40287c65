---@meta
-- `ctx` of `activate { config = function(opts, ctx) … end }`.

---Records what is to be done. Nothing happens before the plan is executed, and everything can be undone.
---@class syslua.ActivationContext
---@field name? string Name of the activation.
---@field sys syslua.Facts Facts about the machine.
local ctx = {}
