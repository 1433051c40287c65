/** Goldens of what is handed to the sandbox programs. */
import assert from "node:assert/strict";
import { bubblewrap } from "../../../src/realize/sandbox/bubblewrap.ts";
import type { Containment } from "../../../src/realize/sandbox/types.ts";

const containment: Containment = {
  readOnly: [{ from: "/s/obj/dep", at: "/s/obj/dep" }],
  writable: [{ from: "/s/tmp/build/tmp", at: "/build" }],
  standIn: { from: "/s/tmp/build/stand-in", at: "/s/tmp" },
  outputs: ["/s/tmp/out"],
  network: false,
  cwd: "/build",
  jobs: null,
};
const parts = [{ path: "/usr", link: null }, { path: "/bin", link: "usr/bin" }];

const GOLDEN = `
bwrap --unshare-user --unshare-ipc --unshare-pid --unshare-uts --unshare-cgroup-try --unshare-net
--die-with-parent --new-session --hostname localhost --cap-drop ALL --unsetenv SYSLUA_SANDBOX
--ro-bind /usr /usr --symlink usr/bin /bin
--ro-bind /accounts/passwd /etc/passwd --ro-bind /accounts/group /etc/group
--proc /proc --dev /dev --tmpfs /tmp
--bind /s/tmp/build/stand-in /s/tmp --ro-bind /s/obj/dep /s/obj/dep --bind /s/tmp/build/tmp /build
--remount-ro / --chdir /build --
`.trim().split(/\s+/);

Deno.test("bubblewrap: golden arguments", () => {
  assert.deepEqual(bubblewrap("bwrap", containment, parts, "/accounts"), GOLDEN);
});

Deno.test("bubblewrap: with the network, only that differs", () => {
  assert.deepEqual(
    bubblewrap("bwrap", { ...containment, network: true }, parts, "/accounts"),
    GOLDEN.filter((argument) => argument !== "--unshare-net"),
  );
});
