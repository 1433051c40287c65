/** Home and root lie on a small disk that is full, or nearly so. What can't be done says why and changes nothing; once
 * there is space, it is done. */
import assert from "node:assert/strict";
import { canMount, type Mounted, withMounted } from "../support/mounts.ts";
import { story } from "../support/story.ts";
import { describeTree } from "../support/tree.ts";

const CONFIG = (text: string) =>
  `return { setup = function()
  local d = derive { name = "d", version = "${text}", config = function(_, ctx)
    ctx.write(ctx.out, ("x"):rep(100000))
  end }
  file { path = "~/a", content = "${text}" }
  file { path = "~/big", content = "now small", mode = "0640" }
  file { path = "~/d", source = d.out }
end }
`;

/** Works without any space. */
const LOOKS = [["status"], ["plan", "third"], ["history"], ["repair"], ["gc"]];
/** What needs some, in order, and which world is there afterwards: `own` is the user's. */
const CHANGES: readonly (readonly [args: readonly string[], world: string])[] = [
  [["build", "--config", "other"], "second"],
  [["apply", "third"], "third"],
  [["rollback"], "second"],
  [["destroy", "--yes"], "own"],
  [["apply", "second", "--replace"], "second"],
];
/** Bytes that are left: for nothing, for a journal; the soak tries more. */
const LEFT = Deno.env.get("SYSLUA_EVERY") === "1"
  ? [0, 4096, 8192, 12288, 16384, 20480, 40960, 110592]
  : [0, 8192];

const ignore = !canMount();
story(
  `on a full disk nothing is lost${ignore ? " (no unshare)" : ""}`,
  (s) =>
    withMounted(s.home, "8m", async (mounted) => {
      const sys = (...args: readonly string[]) => mounted.sys(s, args);
      furnish(mounted);
      const worlds: Record<string, string> = { own: look(mounted) };
      for (const name of ["third", "first", "second"]) {
        const { code, stderr } = await sys("apply", name, "--replace", "--quiet");
        assert.equal(code, 0, stderr);
        worlds[name] = look(mounted);
      }
      await sys("gc", "--keep", "2");
      for (const left of LEFT) {
        for (const args of left === 0 ? LOOKS : []) {
          const free = mounted.fill(left);
          const { code, stderr } = await sys(...args);
          free();
          assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
        }
        // Nothing of it is built yet.
        Deno.writeTextFileSync(`${mounted.path}/other/init.lua`, CONFIG(`${left}`));
        let now = "second";
        for (const [args, after] of CHANGES) {
          const what = `${args.join(" ")} with ${left} bytes left`;
          const free = mounted.fill(left);
          const full = await sys(...args);
          free();
          assert.match(
            full.stderr,
            full.code === 0 ? /^/ : /the disk is full[^]*hint: /,
            `${what}: ${full.stderr}`,
          );
          assert.ok([0, 1].includes(full.code), `${what}: ${full.stderr}`);
          assert.equal(look(mounted), worlds[full.code === 0 ? after : now], what);
          if (full.code !== 0) assert.equal((await sys(...args)).code, 0, what);
          assert.equal(look(mounted), worlds[after], what);
          now = after;
        }
      }
      assert.equal((await sys("store", "verify")).code, 0);
    }),
  { ignore },
);

function furnish({ path }: Mounted) {
  Deno.writeTextFileSync(`${path}/a`, "mine");
  Deno.writeTextFileSync(`${path}/big`, "0123456789".repeat(30_000));
  for (const name of ["first", "second", "third", "other"]) {
    Deno.mkdirSync(`${path}/${name}`);
    Deno.writeTextFileSync(`${path}/${name}/init.lua`, CONFIG(name));
  }
}

function look({ path }: Mounted): string {
  return describeTree(path, [".cache", ".local", "first", "second", "third", "other"]).join("\n");
}
