---@meta syslua.lib
-- `local lib = require("syslua.lib")`

---@class syslua.lib
---@field null userdata Null in JSON and YAML.
---@field path syslua.lib.path
---@field env syslua.lib.env
local lib = {}

---Wins against every value without it.
---@param value any
---@return syslua.Priority
function lib.mkForce(value) end

---Yields to every value without it.
---@param value any
---@return syslua.Priority
function lib.mkDefault(value) end

---The value with the lowest number wins; plain values have 100.
---@param n number
---@param value any
---@return syslua.Priority
function lib.mkOverride(n, value) end

---Stands before the other values of a list.
---@param value any
---@return syslua.Priority
function lib.mkBefore(value) end

---Stands after the other values of a list.
---@param value any
---@return syslua.Priority
function lib.mkAfter(value) end

---Stands where the number says; plain values have 1000.
---@param n number
---@param value any
---@return syslua.Priority
function lib.mkOrder(n, value) end

---The value, if the condition holds; otherwise it is as if nothing had been declared.
---@param condition any
---@param value any
---@return syslua.Priority
function lib.mkIf(condition, value) end

---All of the values.
---@param values any[]
---@return syslua.Priority
function lib.mkMerge(values) end

---@class syslua.EncodeOptions
---@field indent? integer Spaces.

---A value as JSON; keys are sorted, integers stay integers.
---@param value any
---@param options? syslua.EncodeOptions
---@return string
function lib.toJSON(value, options) end

---Reads JSON.
---@param text string
---@return any
function lib.fromJSON(text) end

---A table as TOML.
---@param value table
---@param options? syslua.EncodeOptions
---@return string
function lib.toTOML(value, options) end

---Reads TOML; dates become texts.
---@param text string
---@return table
function lib.fromTOML(text) end

---A value as YAML.
---@param value any
---@param options? syslua.EncodeOptions
---@return string
function lib.toYAML(value, options) end

---Reads YAML.
---@param text string
---@return any
function lib.fromYAML(text) end

---Sections of `name = value` lines; lists become several lines.
---@param value table
---@return string
function lib.toINI(value) end

---Marks a table as a list, so that `{}` is written as one.
---@generic T: table
---@param t T
---@return T
function lib.list(t) end

---With a function: a new table of `f(value, key)`. With a table alone: marks it as a map.
---@param t table
---@param f? fun(value: any, key: any): any
---@return table
function lib.map(t, f) end

---A new table with all of them; later ones win, tables with names are merged, lists are replaced.
---@param ... table
---@return table
function lib.merge(...) end

---The elements for which the function is true.
---@param t table
---@param f fun(value: any, key: any): any
---@return table
function lib.filter(t, f) end

---The keys, in the fixed order.
---@param t table
---@return any[]
function lib.keys(t) end

---The values, in the order of their keys.
---@param t table
---@return any[]
function lib.values(t) end

---A sorted copy of a list.
---@generic T
---@param t T[]
---@param before? fun(a: T, b: T): boolean
---@return T[]
function lib.sorted(t, before) end

---Without white space at both ends.
---@param s string
---@return string
function lib.trim(s) end

---The parts between separators, which are plain text.
---@param s string
---@param separator string
---@return string[]
function lib.split(s, separator) end

---The values with a separator between them.
---@param values (string|number)[]
---@param separator? string
---@return string
function lib.join(values, separator) end

---Every line that is not empty, with spaces before it.
---@param s string
---@param by? integer|string
---@return string
function lib.indent(s, by) end

---Without the indentation that all lines share.
---@param s string
---@return string
function lib.dedent(s) end

---Puts values into `{{name}}` and `{{name.inner}}`.
---@param s string
---@param values table
---@return string
function lib.interpolate(s, values) end

---One word for a POSIX shell.
---@param s string
---@return string
function lib.shell_quote(s) end

---@class syslua.Option
---@field type? "string"|"number"|"integer"|"boolean"|"port"|"path"|"function"|"table"|"list"|"derivation"|"any"|"enum"
---@field default? any
---@field required? boolean
---@field description? string
---@field values? any[] For `enum`.
---@field of? string For `list`: type of the elements.
---@field options? table<string, syslua.Option> Options inside it.

---Gives a function that checks the options of a module, fills in defaults and returns a new table.
---@param declared table<string, syslua.Option>
---@param name? string Starts the messages; the module's name without it.
---@return fun(given?: table): table
function lib.options(declared, name) end

---@class syslua.PackageSpec
---@field name string
---@field version? string
---@field url string|string[]|table<syslua.Platform, string|string[]>
---@field sha256 string|table<syslua.Platform, string>
---@field bin? string|string[]|table<string, string> Paths of programs in the archive; or name → path.
---@field strip? integer Folders to leave out at the start of each name in the archive.
---@field man? string[] Manual pages in the archive.
---@field completions? table<"bash"|"zsh"|"fish", string> Completions in the archive.
---@field meta? table

---A program that is published ready to run, as a derivation.
---@param spec syslua.PackageSpec
---@return syslua.Derivation
function lib.package(spec) end

---Paths with `/`; nothing is read.
---@class syslua.lib.path
lib.path = {}

---One path from its parts, normalized.
---@param ... string
---@return string
function lib.path.join(...) end

---The folder that it is in.
---@param path string
---@return string
function lib.path.dirname(path) end

---The last part.
---@param path string
---@param suffix? string Left out at the end.
---@return string
function lib.path.basename(path, suffix) end

---The last dot of the name and what follows.
---@param path string
---@return string
function lib.path.extname(path) end

---Without `.`, `..` and doubled slashes.
---@param path string
---@return string
function lib.path.normalize(path) end

---The way from one folder to another.
---@param from string
---@param to string
---@return string
function lib.path.relative(from, to) end

---Whether it starts with `/`.
---@param path string
---@return boolean
function lib.path.is_absolute(path) end

---@class syslua.lib.env
lib.env = {}

---@class syslua.MergeableOptions
---@field separator? string `:` without it.

---Makes a variable a list, whose values are joined.
---@param name string
---@param options? syslua.MergeableOptions
function lib.env.defineMergeable(name, options) end

---Makes a variable take one value.
---@param name string
function lib.env.defineSingular(name) end

return lib
