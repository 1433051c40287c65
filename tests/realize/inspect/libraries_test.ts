/** Libraries that only the host has are told of; what every host has is not. */
import assert from "node:assert/strict";
import { outputPlaceholder } from "../../../src/manifest/placeholder.ts";
import { isOfEveryHost } from "../../../src/realize/inspect/host_libraries.ts";
import { type Config, failureOf, text, World } from "../support.ts";
import { elfFile } from "./elf_file.ts";
import { machOFile } from "./mach_o_file.ts";
import { needs, run, warningsOf } from "./support.ts";

const GCC = ["linux", "gcc"];
const library = (name: string, soname = `lib${name}.so.1`) =>
  `printf 'int ${name}(void) { return 1; }' > ${name}.c && mkdir -p lib && ` +
  `gcc -shared -fPIC -Wl,-soname,${soname} -o lib/${soname} ${name}.c && ` +
  `ln -s ${soname} lib/lib${name}.so`;
const program = (name: string, flags: string) =>
  `printf 'int ${name}(void); int main(void) { return ${name}(); }' > main.c && mkdir -p bin && ` +
  `gcc -o bin/main main.c -l${name} ${flags}`;

/** A library in the store, and a program that uses it with these flags of the linker. */
async function linked(world: World, flags: string, more = {}) {
  const foo = world.derive("foo", function* ({ outputs }) {
    yield run(library("foo"));
    yield ["move", "lib", `${outputs.out}/lib`];
  });
  const dir = `${outputPlaceholder(foo.hash, "out")}/lib`;
  const user = world.derive("user", function* ({ outputs }) {
    yield run(program("foo", `-L${dir} ${flags.replaceAll("FOO", dir)}`));
    yield ["move", "bin", `${outputs.out}/bin`];
  }, { dependencies: [foo.hash], ...more });
  const made = await world.realize([user]);
  return { foo: world.store.outputsOf(foo.hash)!.out, user, made };
}

Deno.test({
  ...needs(GCC, "a program whose libraries are in the store gives no warning"),
  async fn() {
    using world = new World();
    await linked(world, "-Wl,-rpath,FOO");
    assert.deepEqual(warningsOf(world), []);
  },
});

Deno.test({
  ...needs(GCC, "a library that is in the store, and that nothing leads to, is told of"),
  async fn() {
    using world = new World();
    const { foo, user } = await linked(world, "");
    const text = `bin/main needs libfoo.so.1, and no RPATH leads to ${foo}/lib, which has it`;
    assert.deepEqual(warningsOf(world), [`user: ${text}`]);
    const log = Deno.readTextFileSync(`${world.store.dir}/log/${user.hash}.log`);
    assert.ok(log.includes(`\nwarning: ${text}\n`));
  },
});

Deno.test({
  ...needs(GCC, "folders of an RPATH outside the store are told of, all of their kinds"),
  async fn() {
    using world = new World();
    await linked(
      world,
      "-Wl,-rpath,FOO -Wl,-rpath,/opt/x/lib -Wl,-rpath,sub/lib -Wl,-rpath,/build/a/lib " +
        "-Wl,-rpath,'$ORIGIN/../../../../../usr/lib' -Wl,-rpath,'$ORIGIN/../lib'",
    );
    const found = warningsOf(world);
    assert.equal(found.length, 4);
    assert.match(found[0], /looks for libraries in \/opt\/x\/lib .*, which is not in the store$/);
    assert.match(found[1], /looks for libraries in "sub\/lib" of wherever it is started/);
    assert.match(found[2], /looks for libraries in \/build\/a\/lib .*, which is gone after the/);
    assert.match(found[3], /usr\/lib .*, which is not in the store$/);
  },
});

/** A library of the host's, outside of any store, and a program that is linked against it. */
const hosted = (world: World): Config =>
  function* ({ outputs }) {
    const host = `${world.path}/host`;
    yield run(
      `mkdir -p ${host} && cd ${host} && ${library("bar")} && cd - && ` +
        program("bar", `-L${host}/lib`),
    );
    yield ["move", "bin", `${outputs.out}/bin`];
  };

Deno.test({
  ...needs(GCC, "a library that only the host has is told of"),
  async fn() {
    using world = new World();
    await world.build(hosted(world));
    assert.deepEqual(warningsOf(world), [
      "thing0: bin/main needs libbar.so.1, which only the host has",
    ]);
  },
});

Deno.test({
  ...needs(GCC, "strict makes of it an error with the derivation's line, and nothing is kept"),
  async fn() {
    using world = new World();
    const failure = await failureOf(() => world.build(hosted(world), {}, { strict: true }));
    assert.equal(failure.kind, "build");
    assert.equal(
      failure.message,
      "Cannot build thing0: bin/main needs libbar.so.1, which only the host has",
    );
    assert.deepEqual(failure.place, { file: "init.lua", line: 7 });
    assert.equal(world.store.outputsOf(world.derivations[0].hash), null);
    assert.deepEqual(world.leftovers(), []);
  },
});

Deno.test({
  ...needs(GCC, "what a derivation with `host` takes from the host is no cause for a warning"),
  async fn() {
    using world = new World();
    await world.build(hosted(world), {}, { strict: true, host: true });
    assert.deepEqual(warningsOf(world), []);
  },
});

Deno.test({
  ...needs(GCC, "$ORIGIN leads to the output's own libraries, and static programs need none"),
  async fn() {
    using world = new World();
    await world.build(function* ({ outputs }) {
      yield run(library("own"));
      yield run(program("own", "-Llib -Wl,-rpath,'$ORIGIN/../lib'"));
      yield run("printf 'int main(void) { return 0; }' > s.c && gcc -static -o bin/s s.c || :");
      yield ["move", "bin", `${outputs.out}/bin`];
      yield ["move", "lib", `${outputs.out}/lib`];
    });
    assert.deepEqual(warningsOf(world), []);
  },
});

Deno.test({
  ...needs(["linux", "g++"], "libstdc++ and libgcc come with the compiler"),
  async fn() {
    using world = new World();
    await world.build(function* ({ outputs }) {
      yield run(
        `printf '#include <iostream>\\n#include <cmath>\\nint main(int n, char**) ` +
          `{ try { std::cout << std::sin(n); } catch (...) {} }' > m.cc && g++ -o m m.cc -lm -ldl -lpthread`,
      );
      yield ["move", "m", `${outputs.out}`];
    });
    assert.deepEqual(warningsOf(world), []);
  },
});

Deno.test("which libraries every host has", () => {
  const yes = "libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 " +
    "libutil.so.1 libnss_dns.so.2 libc.so libc.musl-x86_64.so.1 ld-linux-x86-64.so.2 " +
    "ld-linux-aarch64.so.1 ld-linux.so.2 ld64.so.2 ld-musl-x86_64.so.1 ld.so.1 libgcc_s.so.1 " +
    "libstdc++.so.6 libatomic.so.1";
  const no = "libtinfo.so.6 libz.so.1 libcrypt.so.1 libcurl.so.4 libmagic.so.1 libgomp.so.1 " +
    "libc++.so.1 libc.so.6.evil libmd.so.0 ld-evil libnss3.so";
  assert.deepEqual(yes.split(" ").filter((name) => !isOfEveryHost(name)), []);
  assert.deepEqual(no.split(" ").filter(isOfEveryHost), []);
});

/** Writes files of an output as they are. */
const files = (bytes: Record<string, Uint8Array>, world: World): Config =>
  function* ({ outputs }) {
    const made = Deno.makeTempDirSync({ dir: world.path });
    for (const [name, content] of Object.entries(bytes)) {
      Deno.writeFileSync(`${made}/${name}`, content);
    }
    yield run(`mkdir -p ${outputs.out} && cp ${made}/* ${outputs.out}`);
  };

const machine = Deno.build.arch === "x86_64" ? 62 : 183;

Deno.test("many files with one fault make one warning; programs for other machines none", async () => {
  using world = new World();
  const elf = (more = {}) =>
    elfFile({ bits: 64, little: true, machine, needed: ["libodd.so.3"], ...more });
  await world.build(files({
    "a.so": elf(),
    "b.so.2": elf(),
    "c.so": elf(),
    "d.so": elf(),
    "e.so": elf(),
    "other.so": elf({ machine: 21, needed: ["libelsewhere.so"] }),
    "loader.so": elf({ needed: [], interpreter: "/opt/loader" }),
    "fake.so": new Uint8Array(4000).fill(0x7f),
  }, world));
  assert.deepEqual(warningsOf(world), [
    "thing0: a.so needs libodd.so.3, which only the host has (so do b.so.2, c.so, d.so and 1 more)",
    "thing0: loader.so needs the loader /opt/loader, which only the host has",
  ]);
});

Deno.test("a program that is called like the ending of a text is looked at", async () => {
  using world = new World();
  const program = elfFile({ bits: 64, little: true, machine, needed: ["libodd.so.3"] });
  await world.build(function* (facts) {
    yield* files({ go: program, lua: program, "text.lua": program }, world)(facts);
    yield run(`chmod 755 ${facts.outputs.out}/*`);
  });
  assert.deepEqual(warningsOf(world), [
    "thing0: go needs libodd.so.3, which only the host has (so does lua)",
  ]);
});

Deno.test("names that can't be looked at are told of, and fail no build", async () => {
  using world = new World();
  const loop = `${world.path}/loop`, long = "x".repeat(300);
  Deno.symlinkSync(loop, loop);
  const runpath = `$ORIGIN/${long}`;
  const elf = (more: object) => elfFile({ bits: 64, little: true, machine, runpath, ...more });
  await world.build(function* (facts) {
    yield* files({
      "loader.so": elf({ interpreter: `${loop}/loader` }),
      "long.so": elf({ needed: [long] }),
      "loop.so": elf({ needed: [`${loop}/lib.so`] }),
    }, world)(facts);
    yield ["shrink_rpath", `${facts.outputs.out}/long.so`];
  });
  assert.deepEqual(warningsOf(world), [
    `thing0: loader.so needs the loader ${loop}/loader, which only the host has`,
    `thing0: long.so needs ${long}, which only the host has`,
    `thing0: loop.so needs ${loop}/lib.so, which only the host has`,
  ]);
});

Deno.test("more libraries than any linker names are not looked for", async () => {
  using world = new World();
  const needed = Array.from({ length: 5000 }, (_, n) => `lib${n}.so`);
  await world.build(files({ "x.so": elfFile({ bits: 64, little: true, machine, needed }) }, world));
  assert.deepEqual(warningsOf(world), []);
});

Deno.test("libraries of Mach-O files: macOS's own are aside, others are not", async () => {
  using world = new World();
  const thin = (libraries: string[], rpaths: string[] = []) =>
    machOFile({ bits: 64, little: true, libraries, rpaths });
  await world.build(files({
    "fine.dylib": thin([
      "/usr/lib/libSystem.B.dylib",
      "/System/Library/Frameworks/Cocoa.framework/Cocoa",
      "@loader_path/brew.dylib",
      "@rpath/brew.dylib",
    ], ["@loader_path/."]),
    "brew.dylib": thin(["/opt/homebrew/lib/libz.1.dylib"]),
    "rpath.dylib": thin(["@rpath/libq.dylib"], ["/opt/lib"]),
    "swift.dylib": thin(["@rpath/libswiftCore.dylib"], ["/usr/lib/swift"]),
  }, world));
  assert.deepEqual(warningsOf(world).sort(), [
    "thing0: brew.dylib needs /opt/homebrew/lib/libz.1.dylib, which only the host has",
    "thing0: rpath.dylib looks for libraries in /opt/lib (its RPATH), which is not in the store",
    "thing0: rpath.dylib needs libq.dylib, which only the host has",
  ]);
});

Deno.test("a link to the host's library does not make it the store's", async () => {
  using world = new World();
  const elf = elfFile({
    bits: 64,
    little: true,
    machine,
    needed: ["libodd.so.3"],
    runpath: "$ORIGIN",
  });
  Deno.writeTextFileSync(`${world.path}/libodd.so.3`, "the host's");
  const made = files({ "a.so": elf }, world);
  const out = await world.build(function* (facts) {
    yield* made(facts);
    yield run(`ln -s ${world.path}/libodd.so.3 ${facts.outputs.out}/libodd.so.3`);
  });
  assert.equal(text(`${out}/libodd.so.3`), "the host's");
  assert.deepEqual(warningsOf(world), [
    "thing0: a.so needs libodd.so.3, which only the host has",
  ]);
});
