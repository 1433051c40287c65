-- Takes a builder's spec with `vendor`, gives its options the place of what a derivation of its own fetches: all that
-- the project's lock file names. Its content hash is known, so it may use the network.
local S, part = ...
local environment, common = part "environment", part "common"
local unpack_source, patch_source = common.unpack, common.patch

--- `fetch(opts, ctx)` fills `ctx.out`.
return function(what, spec, opts, fetch)
  if spec.vendor == nil then return end
  S.check_string(what, "vendor", spec.vendor)
  S.hash_once(fetch)
  local made = S.derive {
    name = spec.name .. "-vendor", version = spec.version, sha256 = spec.vendor, platforms = spec.platforms,
    opts = { src = opts.src, patches = opts.patches, tools = opts.tools, env = opts.env, deps = {} },
    config = function(given, ctx)
      environment(given, ctx)
      unpack_source(given, ctx)
      patch_source(given, ctx)
      fetch(given, ctx)
    end,
  }
  opts.vendor = S.derivation_data[made].out
end
