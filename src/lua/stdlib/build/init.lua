-- `lib.build`: what builds real software. Each builder is a file of its own, read when it is first called.
local S, part = ...

local contents = { wrap = part "wrap" }
for _, name in ipairs { "autotools", "cargo", "cmake", "go", "make", "meson", "npm", "python" } do
  contents[name] = S.framed(function(spec) return S.framed(part(name))(spec) end)
end

local view = S.constant("lib.build", contents, function(key)
  local known = S.sorted_keys(contents)
  local near = type(key) == "string" and S.nearest(key, known)
  S.fail(string.format("There is no `lib.build.%s`", S.show(key)), {
    hint = near and string.format("did you mean `lib.build.%s`?", near) or "there are " .. table.concat(known, ", "),
    word = S.show(key),
  })
end)
-- A `config` that holds it can only wrap: builders declare, which no build may.
S.stands_for[view] = { wrap = contents.wrap }
return view
