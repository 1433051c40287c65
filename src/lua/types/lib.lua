---@meta syslua.lib
-- `local lib = require("syslua.lib")`

---@class syslua.lib
---@field null userdata Null in JSON and YAML.
---@field path syslua.lib.path
---@field env syslua.lib.env
---@field build syslua.lib.build
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


---A file that is fetched, or a path (`syslua.source`, an output).
---@class syslua.Fetched
---@field url? string|string[] With `sha256`; several are mirrors.
---@field git? string With `rev` and `sha256`.
---@field rev? string
---@field sha256? string
---@field submodules? boolean
---@field path? string In place of `url` and `git`.
---@field strip? integer Of a patch: folders to leave out at the start of its paths (1).

---A step of a build. `default()` does what is done without it. The source lies in `source`, below `ctx.tmp`.
---@alias syslua.Step fun(opts: table, ctx: syslua.BuildContext, default: fun())

---What the builders of `lib.build` take.
---@class syslua.BuilderSpec
---@field name string
---@field version? string
---@field outputs? string[] `dev` takes headers, .pc and .cmake files, `lib` libraries, `doc` manuals; the rest is in `out`.
---@field opts? table|fun(sys: syslua.Facts): table Further data for the steps.
---@field sha256? string Content hash that the output must have; then its commands may use the network.
---@field platforms? syslua.Platform[]
---@field strict? boolean What is found wrong with its outputs is an error.
---@field host? boolean It uses what the host has.
---@field meta? table
---@field src syslua.Fetched|syslua.Derivation|string What is built: an archive or a folder.
---@field patches? (syslua.Fetched|string)[] Applied in order.
---@field deps? (syslua.Derivation|string)[] Libraries: their headers, libraries and .pc files are found, in this order.
---@field tools? (syslua.Derivation|string)[] Programs: they come onto PATH, in this order.
---@field propagate? (syslua.Derivation|string)[] Libraries that also whoever depends on this one needs.
---@field flags? string[]|fun(opts: table, ctx: syslua.BuildContext): string[] For configure, cmake, meson or make.
---@field env? table<string, string|number> `CPPFLAGS`, `LDFLAGS` and lists such as `PATH` come behind what `deps` and `tools` give.
---@field cores? integer At most so many commands at a time.
---@field unpack? syslua.Step
---@field patch? syslua.Step
---@field configure? syslua.Step
---@field build? syslua.Step
---@field check? boolean|syslua.Step `true`: its tests are run.
---@field install? syslua.Step
---@field finish? syslua.Step

---Real software from source. docs/build.md tells of it.
---@class syslua.lib.build
lib.build = {}

---Builds what has a `configure`: `./configure`, `make`, `make install`.
---@param spec syslua.BuilderSpec
---@return syslua.Derivation
function lib.build.autotools(spec) end

---Builds what has a `CMakeLists.txt`.
---@param spec syslua.BuilderSpec
---@return syslua.Derivation
function lib.build.cmake(spec) end

---Builds what has a `meson.build`.
---@param spec syslua.BuilderSpec
---@return syslua.Derivation
function lib.build.meson(spec) end

---Builds what has only a Makefile; `PREFIX`, `prefix` and the flags are given to each make.
---@param spec syslua.BuilderSpec
---@return syslua.Derivation
function lib.build.make(spec) end

---What the builders take whose sources name others, which a derivation of its own fetches.
---@class syslua.VendoredSpec : syslua.BuilderSpec
---@field vendor? string Content hash of all that the lock file names; with `""` the error tells the right one.

---Builds what has a `Cargo.toml` and a `Cargo.lock`.
---@param spec syslua.VendoredSpec
---@return syslua.Derivation
function lib.build.cargo(spec) end

---Builds what has a `go.mod`.
---@param spec syslua.VendoredSpec
---@return syslua.Derivation
function lib.build.go(spec) end

---Builds what has a `pyproject.toml` or a `setup.py`; a `requirements.txt` with hashes names what it needs.
---@param spec syslua.VendoredSpec
---@return syslua.Derivation
function lib.build.python(spec) end

---Builds what has a `package.json` and a `package-lock.json`.
---@param spec syslua.VendoredSpec
---@return syslua.Derivation
function lib.build.npm(spec) end

---@class syslua.WrapOptions
---@field env? table<string, string|number> Variables and their values.
---@field prefix? table<string, string|string[]> What comes before the value that a variable has already.

---Puts a small script in the place of a program, which sets variables and starts it. For the `config` of a derivation.
---@param ctx syslua.BuildContext
---@param program string A path in an output.
---@param options syslua.WrapOptions
function lib.build.wrap(ctx, program, options) end

return lib
