/** What was shown is what is performed: after the builds only what was pending is filled in, and when the world has
 * moved meanwhile nothing is done. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { SysError } from "../../src/errors.ts";
import type { Difference } from "../../src/plan/difference.ts";
import type { Plan } from "../../src/plan/types.ts";
import { UNDECIDED } from "../../src/plan/proposal.ts";
import { plan as planConfig } from "../../src/journeys/plan.ts";
import { destroy, type RestoreRequest, rollback } from "../../src/journeys/restore.ts";
import { type TestMachine, withMachine } from "./support.ts";

const REPLACE = { replace: "all", skip: new Set<string>() } as const;

/** A derivation whose build differs with `seed`, and which gives the same whatever it is. */
function built(seed: string, content = "built"): string {
  return `local d = derive { name = "d", opts = { seed = "${seed}" }, config = function(_, ctx)
    ctx.mkdir(ctx.out .. "/bin")
    ctx.write(ctx.out .. "/bin/tool", "${content}", { executable = true })
  end }\n`;
}

/** Something moves: the command stops, names it, and has changed nothing. */
async function refused(
  here: TestMachine,
  what: RegExp,
  move: () => void,
  run: (move: () => void) => Promise<unknown>,
) {
  let before: readonly string[] = [];
  const moving = () => {
    move();
    before = here.tree();
  };
  await assert.rejects(run(moving), (error) => {
    assert.ok(error instanceof SysError, String(error));
    assert.equal(error.kind, "activation", error.message);
    assert.match(error.message, /changed since the plan/);
    assert.match(error.notes.join("\n"), what);
    return true;
  });
  assert.deepEqual(here.tree(), before);
}

Deno.test("the plan that is performed is the one that was shown", async () => {
  await withMachine(async (here) => {
    here.write("a", "a\n");
    here.setup(`
      file { path = "~/link", source = "./a" }
      file { path = "~/copy", source = "./a", mode = "0600" }
      file { path = "~/text", content = "text" }`);
    const printed = await planConfig(here.machine, here.evaluation);
    let shown: Plan | undefined;
    const { plan, snapshot } = await here.apply({
      decide: ({ plan }) => {
        shown = plan;
        return Promise.resolve(UNDECIDED);
      },
    });
    assert.ok(snapshot);
    assert.deepEqual(printed.plan, shown);
    assert.deepEqual(plan, shown);
    // Also where the sources are not stored yet, the steps name the objects that they will be.
    assert.ok(JSON.stringify(plan.steps).includes(`${here.machine.store.dir}/obj/a-`));
    assert.ok(!JSON.stringify(plan.steps).includes(here.config));
  });
});

Deno.test("a source that is edited during a build is applied as it was evaluated", async () => {
  await withMachine(async (here) => {
    here.write("a", "old\n");
    here.setup(`${built("1")}
      file { path = "~/a", source = "./a" }
      file { path = "~/copy", source = "./a", mode = "0600" }
      file { path = "~/tool", source = d.out .. "/bin/tool" }`);
    await here.apply({ built: () => here.write("a", "new\n") });
    assert.equal(here.read("a"), "old\n");
    assert.equal(here.read("copy"), "old\n");
    await here.apply();
    assert.equal(here.read("a"), "new\n");
    assert.equal(here.read("copy"), "new\n");
  });
});

for (
  const [how, edit] of [
    ["edited", (here: TestMachine) => here.write("a", "new\n")],
    ["removed", (here: TestMachine) => Deno.removeSync(join(here.config, "a"))],
  ] as const
) {
  Deno.test(`a source that is ${how} while the plan is looked at is refused`, async () => {
    await withMachine(async (here) => {
      here.write("a", "old\n");
      here.setup(`file { path = "~/a", source = "./a" }`);
      const decide = () => {
        edit(here);
        return Promise.resolve(UNDECIDED);
      };
      await assert.rejects(here.apply({ decide }), { name: "SysError", kind: "store" });
      assert.equal(here.read("a"), null);
    });
  });
}

Deno.test("a source that is removed, or closed to others, during a build is applied all the same", async () => {
  await withMachine(async (here) => {
    here.write("a", "a\n");
    here.write("b", "b\n");
    here.setup(`${built("1")}
      file { path = "~/a", source = "./a" }
      file { path = "~/b", source = "./b" }
      file { path = "~/tool", source = d.out .. "/bin/tool" }`);
    await here.apply({
      built: () => {
        Deno.removeSync(join(here.config, "a"));
        Deno.chmodSync(join(here.config, "b"), 0o600);
      },
    });
    assert.equal(here.read("a"), "a\n");
    assert.equal(here.read("b"), "b\n");
  });
});

Deno.test("a source that is a link is stored as what it leads to", async () => {
  await withMachine(async (here) => {
    here.write("real", "content\n");
    Deno.symlinkSync("real", join(here.config, "a"));
    here.setup(`file { path = "~/a", source = "./a" }`);
    await here.apply();
    assert.equal(here.read("a"), "content\n");
  });
});

Deno.test("a file that appears at a target during a build stops the apply", async () => {
  await withMachine(async (here) => {
    here.setup(`${built("1")}
      file { path = "~/tool", source = d.out .. "/bin/tool" }
      file { path = "~/text", content = "text" }`);
    await refused(
      here,
      /~\/text: was nothing, is a file/,
      () => here.writeHome("text", "mine"),
      (built) => here.apply({ built }),
    );
    assert.equal(here.read("text"), "mine");
    assert.equal(here.read("tool"), null);
  });
});

Deno.test("folders that the build makes for itself are no change of the world", async () => {
  await withMachine(async (here) => {
    here.setup(`${built("1")}
      file { path = "~/.cache/tool", source = d.out .. "/bin/tool" }
      file { path = "~/.local/share/tool", source = d.out .. "/bin/tool" }`);
    await here.apply({
      built: () => Deno.mkdirSync(join(here.home, ".cache"), { recursive: true }),
    });
    assert.equal(here.read(".cache/tool"), "built");
    assert.equal(here.read(".local/share/tool"), "built");
  });
});

Deno.test("where a person can be asked, what moved is shown and planned for anew", async () => {
  await withMachine(async (here) => {
    here.setup(`${built("1")}
      file { path = "~/tool", source = d.out .. "/bin/tool" }
      file { path = "~/text", content = "text" }`);
    const asked: (readonly string[])[] = [];
    let seen: readonly Difference[] = [];
    const { snapshot } = await here.apply({
      built: () => here.writeHome("text", "mine"),
      decide: ({ plan }) => {
        asked.push(plan.unmanaged);
        return Promise.resolve(plan.unmanaged.length > 0 ? REPLACE : UNDECIDED);
      },
      onStale: (differences) => {
        seen = differences;
        return Promise.resolve(true);
      },
    });
    assert.deepEqual(seen.map(({ what }) => what), ["~/text"]);
    assert.deepEqual(asked, [[], ["~/text"]]);
    assert.ok(snapshot);
    assert.equal(here.read("text"), "text");
    assert.equal(here.read("tool"), "built");
    await destroy(here.machine, restoring());
    assert.equal(here.read("text"), "mine");
  });
});

Deno.test("a file that is in the way of what was built is asked about before the first write", async () => {
  await withMachine(async (here) => {
    here.setup(`${built("1")}
      file { path = "~/tool", source = d.out .. "/bin/tool" }
      file { path = "~/text", content = "text" }`);
    here.writeHome("tool", "mine");
    await assert.rejects(here.apply(), { name: "SysError", kind: "unmanaged" });
    assert.equal(here.read("tool"), "mine");
    assert.equal(here.read("text"), null);
    const { snapshot } = await here.apply({
      decide: ({ plan }) => Promise.resolve(plan.unmanaged.length > 0 ? REPLACE : UNDECIDED),
    });
    assert.ok(snapshot);
    assert.equal(here.read("tool"), "built");
  });
});

Deno.test("a service that stops during a build stops the apply", async () => {
  await withMachine(async (here) => {
    const web = `activate { name = "web", config = function(_, ctx)
      ctx.enable_service("web", { unit = "[Service]\\nExecStart=/bin/true\\n", user = true })
    end }\n`;
    here.setup(web);
    await here.apply();
    assert.deepEqual([...here.running], ["web"]);
    here.setup(`${built("1")}${web}
      file { path = "~/tool", source = d.out .. "/bin/tool" }`);
    await refused(
      here,
      /service web: was running, is not running/,
      () => here.running.delete("web"),
      (built) => here.apply({ built }),
    );
    assert.equal(here.read("tool"), null);
  });
});

Deno.test("a setting that changes during a build stops the apply", async () => {
  await withMachine(async (here) => {
    here.setup(`${built("1")}
      file { path = "~/tool", source = d.out .. "/bin/tool" }
      activate { config = function(_, ctx) ctx.set_default("org.example", "key", "wanted") end }`);
    await here.apply();
    const [[id]] = here.settings;
    here.setup(`${built("2", "other")}
      file { path = "~/tool", source = d.out .. "/bin/tool" }
      activate { config = function(_, ctx) ctx.set_default("org.example", "key", "wanted") end }`);
    await refused(
      here,
      /was "wanted", is "by hand"/,
      () => here.settings.set(id, "by hand"),
      (built) => here.apply({ built }),
    );
  });
});

Deno.test("what a program may write to at any time may change during a build", async () => {
  await withMachine(async (here) => {
    const settings = `file { path = "~/settings", content = "first", mutable = true }\n`;
    here.setup(settings);
    await here.apply();
    here.setup(`${settings}${built("1")}file { path = "~/tool", source = d.out .. "/bin/tool" }`);
    await here.apply({ built: () => here.writeHome("settings", "its own") });
    assert.equal(here.read("settings"), "its own");
    assert.equal(here.read("tool"), "built");
    here.setup(
      `${settings}${built("2", "other")}file { path = "~/tool", source = d.out .. "/bin/tool" }`,
    );
    await refused(
      here,
      /~\/settings: was a file .*, is nothing/,
      () => Deno.removeSync(join(here.home, "settings")),
      (built) => here.apply({ built }),
    );
  });
});

Deno.test("a build that yields the same profile changes nothing", async () => {
  await withMachine(async (here) => {
    const profile = `activate { opts = { d = d }, config = function(opts, ctx)
      ctx.add_to_path(opts.d.out .. "/bin")
    end }`;
    here.setup(built("1") + profile);
    assert.equal((await here.apply()).snapshot?.number, 1);
    here.setup(built("2") + profile);
    let shown: Plan | undefined;
    const { plan, snapshot } = await here.apply({
      decide: (proposal) => {
        shown = proposal.plan;
        return Promise.resolve(UNDECIDED);
      },
    });
    assert.equal(shown?.changes, true);
    assert.equal(shown?.realize.length, 1);
    assert.equal(snapshot, null);
    assert.deepEqual(plan.steps, []);
    assert.ok(plan.actions.every(({ op }) => op === "keep"));
  });
});

Deno.test("a folder that is copied from a build leaves the user's files in it alone", async () => {
  await withMachine(async (here) => {
    const copy = `file { path = "~/copied", source = d.out, mode = "0644" }`;
    here.setup(built("1", "one") + copy);
    await here.apply();
    here.writeHome("copied/own", "mine");
    here.setup(built("2", "two") + copy);
    await here.apply({
      decide: ({ plan }) => {
        assert.deepEqual(plan.blocked, []);
        assert.ok(plan.actions.every(({ op }) => op !== "remove"), JSON.stringify(plan.actions));
        return Promise.resolve(UNDECIDED);
      },
    });
    assert.equal(here.read("copied/bin/tool"), "two");
    assert.equal(here.read("copied/own"), "mine");
    await destroy(here.machine, restoring());
    assert.equal(here.read("copied/bin/tool"), null);
    assert.equal(here.read("copied/own"), "mine");
  });
});

Deno.test("a check runs once in planning, and once more before the command runs", async () => {
  await withMachine(async (here) => {
    const step = `activate { config = function(_, ctx)
      ctx.run("echo ran >> ~/ran; touch ~/done", { check = "echo check >> ~/checks; test -e ~/done" })
    end }\n`;
    const checks = () => {
      const count = here.read("checks")?.trim().split("\n").length ?? 0;
      here.writeHome("checks", "");
      Deno.removeSync(join(here.home, "checks"));
      return count;
    };
    const apply = async (config: string, decision: typeof REPLACE | typeof UNDECIDED) => {
      here.setup(config);
      return await here.apply({ decide: () => Promise.resolve(decision) });
    };
    await apply(step, UNDECIDED);
    assert.equal(checks(), 1, "the first time it is asked right before the command");
    await apply(step, UNDECIDED);
    assert.equal(checks(), 1, "nothing to do");
    await apply(
      `${step}${built("1")}file { path = "~/tool", source = d.out .. "/bin/tool" }`,
      REPLACE,
    );
    assert.equal(checks(), 1, "something else to do, with a build and an answer");
    Deno.removeSync(join(here.home, "done"));
    await apply(step, UNDECIDED);
    assert.equal(checks(), 2, "it has to run again");
    assert.equal(here.read("ran"), "ran\nran\n");
  });
});

function restoring(decide: () => void = () => {}): RestoreRequest {
  return {
    dryRun: false,
    decide: () => {
      decide();
      return Promise.resolve(UNDECIDED);
    },
    signal: new AbortController().signal,
  };
}

for (
  const [name, restore] of [
    ["rollback", (here: TestMachine, how: RestoreRequest) => rollback(here.machine, "1", how)],
    ["destroy", (here: TestMachine, how: RestoreRequest) => destroy(here.machine, how)],
  ] as const
) {
  Deno.test(`${name} stops when a file changes after its plan was shown`, async () => {
    await withMachine(async (here) => {
      here.setup(`file { path = "~/a", content = "one" } file { path = "~/b", content = "b" }`);
      await here.apply();
      here.setup(`file { path = "~/a", content = "two" } file { path = "~/b", content = "b" }`);
      await here.apply();
      const edit = () => {
        Deno.removeSync(join(here.home, "b"));
        here.writeHome("b", "mine");
      };
      await refused(
        here,
        /~\/b: was a link to .*, is a file/,
        edit,
        (decide) => restore(here, restoring(decide)),
      );
      assert.equal(here.read("a"), "two");
      assert.equal(here.read("b"), "mine");
    });
  });
}
