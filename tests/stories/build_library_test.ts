/** `lib.build` with real compilers: small tarballs such as an upstream publishes, and what comes of them. */
import assert from "node:assert/strict";
import { commit, hasGit } from "../support/git_repository.ts";
import { type Story, story } from "../support/story.ts";
import { GREET, tarball } from "../support/upstream.ts";

const missing = await missingPrograms(["cc", "make", "tar", "strip", "patch", "gzip", "readelf"]);
const withoutGit = hasGit ? [] : ["git"];
const withoutCMake = await missingPrograms(["cmake"]);
const skip = (programs: readonly string[]) =>
  programs.length > 0 ? ` (skipped: no ${programs.join(", ")})` : "";

/** Builds derivations of a config whose `setup` has this body. @returns the objects' paths, one for each output, in the
 * order of the names */
async function build(s: Story, body: string, names: readonly string[]) {
  s.write(
    "init.lua",
    `local build = require("syslua.lib").build
return { setup = function()
${body}
end }
`,
  );
  const made = await s.sys(["build", "--config", s.at("init.lua"), ...names], { unseen: true });
  const printed = made.stdout.trim().split("\n");
  const paths = names.flatMap((name) => printed.filter((path) => path.includes(`/obj/${name}-`)));
  return { ...made, paths };
}

async function built(s: Story, body: string, names: readonly string[]): Promise<string[]> {
  const { code, stderr, paths } = await build(s, body, names);
  assert.equal(code, 0, stderr);
  return paths;
}

async function output(s: Story, line: string): Promise<string> {
  const { code, stdout, stderr } = await s.shell(line, { unseen: true });
  assert.equal(code, 0, stderr);
  return stdout;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

const PATCH = `--- a/greet.c
+++ b/greet.c
@@ -1 +1 @@
-const char *greet(void) { return "hello, loud=" LOUD; }
+const char *greet(void) { return "patched, loud=" LOUD; }
`;
const APP = {
  Makefile: `app: app.c
\t$(CC) $(CPPFLAGS) $(LDFLAGS) -o app app.c -lgreet
install: app
\tmkdir -p $(PREFIX)/bin
\tcp app $(PREFIX)/bin/
`,
  "app.c": "#include <greet.h>\n#include <stdio.h>\nint main(void) { puts(greet()); return 0; }\n",
};

story(`a library and a program that uses it${skip(missing)}`, async (s) => {
  const [greet, app] = [await tarball(s, "greet-1", GREET), await tarball(s, "app-1", APP)];
  s.write("fix.patch", PATCH);
  const [out, dev, doc, program] = await built(
    s,
    `local teller = derive { name = "teller", config = function(_, ctx)
       ctx.write(ctx.out .. "/bin/teller", "#!/bin/sh\\ntail -n 1 \\"$1\\"\\n", { executable = true })
     end }
     local greet = build.autotools {
       name = "greet", version = "1", outputs = { "out", "dev", "doc" }, src = ${greet},
       patches = { syslua.source("fix.patch") }, tools = { teller }, check = true,
       flags = function(opts, ctx) return { "--loud" } end,
       install = function(opts, ctx, default)
         default()
         ctx.write(ctx.out .. "/share/note", "installed by a step of its own")
       end,
     }
     build.make { name = "app", version = "1", src = ${app}, deps = { greet } }`,
    ["greet", "app"],
  );
  assert.equal(await output(s, `${program}/bin/app`), "patched, loud=yes\n");
  assert.match(await output(s, `readelf -d ${program}/bin/app`), new RegExp(`${out}/lib`));
  // Its own folder has nothing that it needs, nor has the one of a library that it was linked without.
  assert.doesNotMatch(await output(s, `readelf -d ${program}/bin/app`), new RegExp(program));
  assert.doesNotMatch(await output(s, `readelf -d ${out}/lib/libgreet.so`), /R(UN)?PATH/);
  assert.doesNotMatch(await output(s, `readelf -S ${out}/lib/libgreet.so`), /\.debug_info/);
  assert.equal(await output(s, `${out}/bin/hello-script`), "hello from a script\n");
  assert.equal(Deno.readTextFileSync(`${out}/tested`), "tested\n");
  assert.ok(exists(`${out}/share/note`));
  for (
    const gone of ["include", "lib/libgreet.la", "lib/pkgconfig", "share/man", "share/info/dir"]
  ) {
    assert.ok(!exists(`${out}/${gone}`), gone);
  }
  const pc = Deno.readTextFileSync(`${dev}/lib/pkgconfig/greet.pc`);
  assert.match(pc, new RegExp(`^includedir=${dev}/include$`, "m"));
  assert.match(pc, new RegExp(`^prefix=${out}$`, "m"));
  assert.equal(
    await output(s, `${dev}/bin/greet-config`),
    `-I${dev}/include -L${out}/lib -lgreet\n`,
  );
  // A manual that names an output stays text, and its name is right.
  assert.ok(exists(`${doc}/share/man/man1/greet.1.gz`));
  assert.equal(Deno.readLinkSync(`${doc}/share/man/man1/alias.1.gz`), "greet.1.gz");
  for (const name of ["places", "packed", "packed-too"]) {
    assert.match(Deno.readTextFileSync(`${doc}/share/man/man1/${name}.1`), new RegExp(out), name);
  }
}, { ignore: missing.length > 0 });

story(`libraries in an output of their own${skip(missing)}`, async (s) => {
  const greet = await tarball(s, "greet-1", GREET);
  const [out, dev, lib] = await built(
    s,
    `build.autotools { name = "greet", version = "1", outputs = { "out", "dev", "lib" }, src = ${greet} }`,
    ["greet"],
  );
  assert.ok(exists(`${lib}/lib/libgreet.so`));
  assert.ok(!exists(`${out}/lib`));
  const pc = Deno.readTextFileSync(`${dev}/lib/pkgconfig/greet.pc`);
  assert.match(pc, new RegExp(`^libdir=${lib}/lib$`, "m"));
  // No tool has the interpreter of its script.
  const { stdout: log } = await s.sys(["log", "greet"], { unseen: true });
  assert.match(log, /bin\/hello-script is run by the host's teller: a `teller` in `tools`/);
}, { ignore: missing.length > 0 });

const CMADE = {
  "CMakeLists.txt": `cmake_minimum_required(VERSION 3.13)
project(sum C)
include(GNUInstallDirs)
add_library(sum SHARED sum.c)
target_include_directories(sum INTERFACE $<INSTALL_INTERFACE:include>)
install(TARGETS sum EXPORT sum)
install(FILES sum.h DESTINATION include)
install(EXPORT sum DESTINATION lib/cmake/sum FILE sum-config.cmake NAMESPACE sum::)
`,
  "sum.c": "int sum(int a, int b) { return a + b; }\n",
  "sum.h": "int sum(int a, int b);\n",
};
const CMAKE_APP = {
  "CMakeLists.txt": `cmake_minimum_required(VERSION 3.13)
project(app C)
find_package(sum REQUIRED)
add_executable(app app.c)
target_link_libraries(app sum::sum)
install(TARGETS app)
`,
  "app.c":
    '#include <sum.h>\n#include <stdio.h>\nint main(void) { printf("%d\\n", sum(2, 3)); return 0; }\n',
};

story(`a library of CMake, found by another${skip([...missing, ...withoutCMake])}`, async (s) => {
  const [sum, app] = [await tarball(s, "sum-1", CMADE), await tarball(s, "app-1", CMAKE_APP)];
  const [out, dev, program] = await built(
    s,
    `local sum = build.cmake { name = "sum", version = "1", outputs = { "out", "dev" }, src = ${sum} }
     build.cmake { name = "app", src = ${app}, deps = { sum } }`,
    ["sum", "app"],
  );
  assert.ok(exists(`${dev}/include/sum.h`) && !exists(`${out}/include`));
  assert.equal(await output(s, `${program}/bin/app`), "5\n");
  assert.match(await output(s, `readelf -d ${program}/bin/app`), new RegExp(`${out}/lib`));
}, { ignore: missing.length + withoutCMake.length > 0 });

const MESON = {
  "meson.build": `project('sum', 'c')
library('sum', 'sum.c', install: true)
install_headers('sum.h')
import('pkgconfig').generate(name: 'sum', libraries: ['-L\${libdir}', '-lsum'], description: 'adds', version: '1')
`,
  "sum.c": CMADE["sum.c"],
  "sum.h": CMADE["sum.h"],
};
const MESON_APP = {
  "meson.build": `project('app', 'c')
executable('app', 'app.c', dependencies: dependency('sum'), install: true)
`,
  "app.c": CMAKE_APP["app.c"],
};
const withoutMeson = await missingPrograms(["meson", "ninja", "pkg-config"]);

story(
  `a library of Meson, found by pkg-config${skip([...missing, ...withoutMeson])}`,
  async (s) => {
    const [sum, app] = [await tarball(s, "sum-1", MESON), await tarball(s, "app-1", MESON_APP)];
    const [out, dev, program] = await built(
      s,
      `local sum = build.meson { name = "sum", version = "1", outputs = { "out", "dev" }, src = ${sum} }
     build.meson { name = "app", src = ${app}, deps = { sum } }`,
      ["sum", "app"],
    );
    assert.ok(exists(`${dev}/include/sum.h`) && !exists(`${out}/include`));
    assert.equal(await output(s, `${program}/bin/app`), "5\n");
    assert.match(await output(s, `readelf -d ${program}/bin/app`), new RegExp(`${out}/lib`));
  },
  { ignore: missing.length + withoutMeson.length > 0 },
);

const PUBLISHED = {
  "package.json": '{ "name": "told", "version": "1.0.0", "bin": "told.js" }',
  "told.js": "#!/usr/bin/env node\nconsole.log('told');\n",
};
const withoutNpm = await missingPrograms(["npm", "node"]);

story(
  `what npm's registry has, without a lock file${skip([...missing, ...withoutNpm])}`,
  async (s) => {
    const needy = {
      ...PUBLISHED,
      "package.json": '{ "name": "told", "version": "1.0.0", "dependencies": { "other": "1" } }',
    };
    const [told, other] = [await tarball(s, "told-1", PUBLISHED), await tarball(s, "n-1", needy)];
    const body = `build.npm { name = "told", src = ${told} }
     build.npm { name = "needy", src = ${other} }`;
    const [out] = await built(s, body, ["told"]);
    assert.equal(await output(s, `${out}/bin/told`), "told\n");
    assert.match((await build(s, body, ["needy"])).stderr, /there is no `package-lock.json`/);
  },
  { ignore: missing.length + withoutNpm.length > 0 },
);

story(`a program in a script that sets variables${skip(missing)}`, async (s) => {
  const [out] = await built(
    s,
    `derive { name = "wrapped", config = function(_, ctx)
       ctx.write(ctx.out .. "/bin/show", "#!/bin/sh\\necho \\"$WORD $LIST $1\\"\\n", { executable = true })
       build.wrap(ctx, ctx.out .. "/bin/show", { env = { WORD = "it's" }, prefix = { LIST = { "a", "b" } } })
     end }`,
    ["wrapped"],
  );
  assert.equal(await output(s, `LIST=c ${out}/bin/show one`), "it's a:b:c one\n");
  assert.equal(await output(s, `unset LIST; ${out}/bin/show one`), "it's a:b one\n");
}, { ignore: missing.length > 0 });

story(
  `sources from a repository and from a folder${skip([...missing, ...withoutGit])}`,
  async (s) => {
    const rev = commit(s.at("repository"), APP);
    for (const [path, content] of Object.entries(GREET)) s.write(`greet/${path}`, content, 0o755);
    const source = `{ git = "file://${s.at("repository")}", rev = "${rev}", sha256 = "HASH" }`;
    const body = (hash: string) =>
      `local greet = build.autotools { name = "greet", src = syslua.source("greet") }
     build.make { name = "app", src = ${source.replace("HASH", hash)}, deps = { greet } }`;
    const wrong = await build(s, body("0".repeat(64)), ["app"]);
    const found = [...wrong.stderr.matchAll(/sha256-[A-Za-z0-9+/]{43}=/g)].map(([hash]) => hash)
      .find((hash) => !hash.startsWith("sha256-AAAA"));
    assert.ok(found, wrong.stderr);
    const [program] = await built(s, body(found), ["app"]);
    assert.equal(await output(s, `${program}/bin/app`), "hello, loud=no\n");
  },
  { ignore: missing.length + withoutGit.length > 0 },
);

story(`of two libraries with one name the first is taken${skip(missing)}`, async (s) => {
  const other = { ...GREET, "greet.c": 'const char *greet(void) { return "the other"; }\n' };
  const [one, two] = [await tarball(s, "one-1", GREET), await tarball(s, "two-1", other)];
  const app = await tarball(s, "app-1", APP);
  const paths = await built(
    s,
    `local one = build.autotools { name = "one", src = ${one} }
     local two = build.autotools { name = "two", src = ${two} }
     build.make { name = "first", src = ${app}, deps = { one, two } }
     build.make { name = "second", src = ${app}, deps = { two, one } }`,
    ["first", "second"],
  );
  const said = await Promise.all(paths.map((path) => output(s, `${path}/bin/app`)));
  assert.deepEqual(said, ["hello, loud=no\n", "the other\n"]);
  // The other is not needed: nothing leads to it.
  for (const [n, name] of ["two-", "one-"].entries()) {
    assert.doesNotMatch(await output(s, `readelf -d ${paths[n]}/bin/app`), new RegExp(`/${name}`));
  }
}, { ignore: missing.length > 0 });

const BROKEN = "echo 'conftest.c:1: error: no such thing' >config.log; exit 1";
const FAILING: [name: string, fields: string, message: RegExp, hint: RegExp][] = [
  [
    "cmake",
    "",
    /there is no `CMakeLists.txt` in the source/,
    /configure: that is for build.autotools/,
  ],
  ["meson", "", /there is no `meson.build` in the source/, /build.autotools/],
  [
    "autotools",
    'patches = { syslua.source("fix.patch") },',
    /patches\[1\] does not apply/,
    /made for another version/,
  ],
  [
    "autotools",
    `patch = function(_, ctx) ctx.write("source/configure", "#!/bin/sh\\n${BROKEN}\\n") end,`,
    /Cannot run .\/configure.*: it ended with code 1[^]*config.log[^]*error: no such thing/,
    /sys log/,
  ],
  [
    "autotools",
    `patch = function(_, ctx) ctx.run("echo 'install: ; mkdir $(HOME)/x' >>Makefile.in", { cwd = "source" }) end,`,
    /Cannot run make install: it ended with code 2[^]*homeless-shelter/,
    /sys log x/,
  ],
  [
    "autotools",
    `patch = function(_, ctx) ctx.run("echo 'install: ; mkdir /proc/outside' >>Makefile.in", { cwd = "source" }) end,`,
    /Cannot run make install: it ended with code 2[^]*\/proc\/outside/,
    /sys log x/,
  ],
  [
    "autotools",
    `build = function(_, ctx) ctx.run({ "bash", "-c", "exec 3<>/dev/tcp/192.0.2.1/80" }, { timeout = 5 }) end,`,
    /Cannot run bash .*: it ended with code 1[^]*192\.0\.2\.1[^]*unreachable|was not done after 5/,
    /sys log x/,
  ],
  [
    "autotools",
    `check = function(_, ctx) ctx.run("sleep 60", { timeout = 0.2 }) end,`,
    /Cannot run sleep 60: it was not done after 0.2 s/,
    /sys log x/,
  ],
  [
    "autotools",
    `env = { PATH = derive { name = "few", config = function(_, ctx)
       for _, name in ipairs { "sh", "chmod" } do ctx.symlink("/bin/" .. name, ctx.out .. "/bin/" .. name) end
     end }.out .. "/bin" },`,
    /there is no `cc` or `gcc` or `clang`/,
    /install a C compiler on this machine[^]*found by env = { PATH/,
  ],
  [
    "autotools",
    'configure = function() end, build = function() end, outputs = { "out", "dev" }, ' +
    "install = function(_, ctx) ctx.mkdir(ctx.out) end,",
    /there is nothing for the output `dev`/,
    /it takes headers/,
  ],
  [
    "autotools",
    'outputs = { "out", "extra" },',
    /nothing was installed for the output `extra`/,
    /`install = function.*ctx\.outputs\.extra/,
  ],
  [
    "cmake",
    `patch = function(_, ctx) ctx.write("source/below/CMakeLists.txt", "") end,`,
    /there is no `CMakeLists.txt` in the source/,
    /there is one in its folder `below`: unpack = function.*"whole\/below"/,
  ],
];

story(`what is said when a build cannot go on${skip(missing)}`, async (s) => {
  const greet = await tarball(s, "greet-1", GREET);
  s.write("fix.patch", PATCH.replace("hello", "goodbye"));
  for (const [builder, fields, message, hint] of FAILING) {
    const { code, stderr } = await build(
      s,
      `build.${builder} { name = "x", src = ${greet}, ${fields} }`,
      ["x"],
    );
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
    assert.match(stderr, hint);
    assert.match(stderr, /init.lua:3/);
  }
}, { ignore: missing.length > 0 });

async function missingPrograms(names: readonly string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("sh", {
    args: [
      "-c",
      'for name; do command -v "$name" >/dev/null || echo "$name"; done',
      "sh",
      ...names,
    ],
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((name) => name !== "");
}
