/** A build-id does not tell where the build took place: equal inputs give equal objects. */
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import type { RecipeFacts } from "../../../src/realize/recipe.ts";
import { type Call, TempDir, World } from "../support.ts";
import { needs, run } from "./support.ts";

type Make = (facts: RecipeFacts) => Generator<Call, void>;
const decoder = new TextDecoder("latin1");

/** The same from two derivations, whose scratch paths differ: the two objects. */
async function twice(world: World, make: Make, outputs = ["out"]) {
  const made: Record<string, string>[] = [];
  for (const n of [1, 2]) {
    const one = world.derive("lib", make, { hash: `${n}`.repeat(64) as never, outputs });
    made.push((await world.realize([one])).get(one.hash)!);
  }
  return made;
}

function* library({ outputs: { out } }: RecipeFacts, more = ""): Generator<Call, void> {
  yield run(`
    printf 'const char *where(void) { return "${out}/share"; }' > z.c
    gcc -shared -fPIC -Wl,--build-id${more} -Wl,-soname,libz.so.1 -Wl,-rpath,${out}/lib -o libz.so.1 z.c
    mkdir -p ${out}/lib && cp libz.so.1 ${out}/lib/ && ln -s libz.so.1 ${out}/lib/libz.so`);
}

function buildId(path: string): string {
  const { stdout } = new Deno.Command("readelf", { args: ["-n", path] }).outputSync();
  return /Build ID: ([0-9a-f]+)/.exec(decoder.decode(stdout))?.[1] ?? "";
}

for (
  const [style, digits] of [["", 40], ["=md5", 32], ["=uuid", 32]] as const
) {
  Deno.test({
    ...needs(["linux", "gcc", "readelf"], `a library is the same in two places, build-id${style}`),
    async fn() {
      using world = new World();
      const [one, two] = await twice(world, (facts) => library(facts, style));
      assert.deepEqual(one, two);
      const id = buildId(`${world.store.pathOf(one.out as never)}/lib/libz.so.1`);
      assert.equal(id.length, digits);
      assert.doesNotMatch(id, /^0+$|^0123456789$/);
    },
  });
}

Deno.test({
  ...needs(
    ["linux", "gcc", "readelf"],
    "different programs have different build-ids, and others keep theirs",
  ),
  async fn() {
    using world = new World();
    const path = await world.build(function* ({ outputs: { out } }) {
      yield run(`
        for n in 1 2; do
          printf "const char *where(void) { return \\"${out}/$n\\"; }" > z.c
          gcc -shared -fPIC -Wl,--build-id -o $n.so z.c
        done
        printf 'int main(void) { return 0; }' > m.c && gcc -Wl,--build-id -o plain m.c
        readelf -n plain | sed -n 's/.*Build ID: //p' > id
        mkdir -p ${out} && chmod 600 1.so && mv 1.so 2.so plain id ${out} && ln ${out}/1.so ${out}/same.so
        ln ${out}/1.so ${out}/1.txt && chmod 555 ${out}`);
    });
    assert.notEqual(buildId(`${path}/1.so`), buildId(`${path}/2.so`));
    assert.equal(buildId(`${path}/1.so`), buildId(`${path}/same.so`));
    assert.equal(buildId(`${path}/plain`), Deno.readTextFileSync(`${path}/id`).trim());
  },
});

Deno.test({
  ...needs(
    ["linux", "gcc", "objcopy", "readelf"],
    "debug information beside a program is found as before, and is the same in two places",
  ),
  async fn() {
    using world = new World();
    const [one, two] = await twice(world, function* ({ outputs: { out, debug } }) {
      yield run(`
        printf 'const char *where(void) { return "${out}/share"; } int main(void) { return !where(); }' > m.c
        gcc -g -fdebug-prefix-map=$PWD=/build -Wl,--build-id -o m m.c
        objcopy --only-keep-debug m m.debug && strip -g m && objcopy --add-gnu-debuglink=m.debug m
        id=$(readelf -n m | sed -n 's/.*Build ID: //p')
        rest=\${id#??}
        folder=${debug}/lib/debug/.build-id/\${id%$rest}
        mkdir -p ${out}/bin $folder && mv m ${out}/bin && mv m.debug ${debug}/lib/debug
        ln -s ../../m.debug $folder/$rest.debug`);
    }, ["out", "debug"]);
    assert.deepEqual(one, two);
    const [program, folder] = [
      `${world.store.pathOf(one.out as never)}/bin/m`,
      `${world.store.pathOf(one.debug as never)}/lib/debug`,
    ];
    const id = buildId(program);
    const debug = Deno.readFileSync(`${folder}/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`);
    assert.equal(buildId(`${folder}/m.debug`), id);
    assert.deepEqual([...Deno.readDirSync(`${folder}/.build-id`)].length, 1);
    const bytes = Deno.readFileSync(program);
    const at = decoder.decode(bytes).lastIndexOf("m.debug\0") + 8;
    assert.equal(new DataView(bytes.buffer).getUint32(at, true), crc32(debug));
  },
});

Deno.test({
  ...needs(["linux", "gcc"], "a file that others hold by a hard link is not changed for them"),
  async fn() {
    using dir = new TempDir();
    using world = new World();
    const held = `${dir.path}/held`;
    let before = new Uint8Array();
    await world.build(function* (facts) {
      yield* library(facts);
      yield run(
        `cp ${facts.outputs.out}/lib/libz.so.1 ${held} && rm ${facts.outputs.out}/lib/libz.so.1 &&
        ln ${held} ${facts.outputs.out}/lib/libz.so.1`,
      );
      before = Deno.readFileSync(held);
    });
    assert.deepEqual(Deno.readFileSync(held), before);
  },
});
