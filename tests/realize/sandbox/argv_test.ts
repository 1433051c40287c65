/** Goldens of what is handed to the sandbox programs. */
import assert from "node:assert/strict";
import { bubblewrap } from "../../../src/realize/sandbox/bubblewrap.ts";
import { seatbeltProfile } from "../../../src/realize/sandbox/seatbelt.ts";
import type { Containment } from "../../../src/realize/sandbox/types.ts";

const containment: Containment = {
  readOnly: [{ from: "/s/obj/dep", at: "/s/obj/dep" }],
  writable: [{ from: "/s/tmp/build/tmp", at: "/build" }],
  standIn: { from: "/s/tmp/build/stand-in", at: "/s/tmp" },
  network: false,
  cwd: "/build",
  jobs: null,
};
const seen = (path: string) => ({ from: path, at: path });
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

Deno.test("seatbelt: golden profile", () => {
  const profile = seatbeltProfile({
    ...containment,
    readOnly: [seen(`/s/obj/a"b\\c`)],
    writable: [seen("/s/tmp/build/tmp")],
  });
  assert.equal(
    profile,
    String.raw`(version 1)
(deny default)
(allow process-fork process-exec)
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup)
(allow ipc-posix-shm ipc-posix-sem)
(allow file-read-metadata)
(allow file-read* (literal "/") (subpath "/bin") (subpath "/sbin") (subpath "/usr") (subpath "/System") (subpath "/Library/Apple") (subpath "/Library/Developer/CommandLineTools") (subpath "/Applications/Xcode.app") (subpath "/opt/homebrew") (subpath "/private/var/db/dyld") (subpath "/private/var/db/timezone") (subpath "/private/var/select") (subpath "/private/etc/ssl") (subpath "/s/obj/a\"b\\c") (subpath "/s/tmp/build/tmp") (subpath "/s/tmp"))
(allow file-read* file-write-data file-ioctl (literal "/dev/null") (literal "/dev/zero") (literal "/dev/random") (literal "/dev/urandom") (literal "/dev/tty") (literal "/dev/fd"))
(allow file-write* (subpath "/s/tmp/build/tmp") (subpath "/s/tmp"))
(deny network*)
`,
  );
  assert.match(seatbeltProfile({ ...containment, network: true }), /\(allow network\*/);
});
