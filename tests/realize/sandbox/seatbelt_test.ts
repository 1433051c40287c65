/** What a build may do in macOS's sandbox, by a reader of its profiles. */
import assert from "node:assert/strict";
import { contained } from "../../../src/realize/sandbox/sandbox.ts";
import { seatbeltProfile } from "../../../src/realize/sandbox/seatbelt.ts";
import type { Containment } from "../../../src/realize/sandbox/types.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import { Profile } from "../../support/sbpl.ts";

const same = (path: string) => ({ from: path, at: path });

const STORE = "/private/var/x/syslua/store";
const CONTAINMENT: Containment = {
  readOnly: [same(`${STORE}/obj/dep-1-a`)],
  writable: [same(`${STORE}/tmp/one/tmp`)],
  standIn: same(`${STORE}/tmp`),
  outputs: [`${STORE}/tmp/one-out`],
  network: false,
  cwd: "/",
  jobs: null,
};

const profile = (changes: Partial<Containment> = {}) =>
  new Profile(seatbeltProfile({ ...CONTAINMENT, ...changes }));

Deno.test("macOS: a build writes its own folder and outputs, and no others", () => {
  const own = profile();
  for (const path of [`${STORE}/tmp/one/tmp/a`, `${STORE}/tmp/one-out`, `${STORE}/tmp/one-out/a`]) {
    assert(own.writes(path) && own.reads(path), path);
  }
  for (
    const path of [
      `${STORE}/tmp/two-out`,
      `${STORE}/tmp/one-out2`,
      `${STORE}/tmp`,
      `${STORE}/obj/dep-1-a/x`,
      `${STORE}/obj/new`,
      "/private/tmp/x",
      "/Users/jo/x",
      "/usr/local/bin/x",
      "/opt/homebrew/bin/x",
      "/x",
    ]
  ) assert(!own.writes(path), path);
  assert(!own.may({ operation: "file-write-setugid", path: `${STORE}/tmp/one-out/a` }));
});

Deno.test("macOS: a build reads what it depends on and the system, and nothing of the user's", () => {
  const own = profile();
  for (
    const path of [
      `${STORE}/obj/dep-1-a/bin/x`,
      "/usr/bin/cc",
      "/bin/sh",
      "/private/var/select/sh",
      "/private/var/db/xcode_select_link",
      "/Library/Developer/CommandLineTools/usr/bin/clang",
      "/System/Library/CoreServices/SystemVersion.plist",
      "/usr/share/zoneinfo/UTC",
      "/dev/null",
      "/dev/fd/3",
      "/dev/ttys001",
      "/",
    ]
  ) assert(own.reads(path), path);
  for (
    const path of [
      "/Users/jo/.ssh/id_ed25519",
      `${STORE}/obj/other-1-b/x`,
      `${STORE}/tmp/two/tmp/x`,
      "/usr/local/bin/x",
      "/opt/homebrew/bin/brew",
      "/private/etc/hosts",
      "/dev/disk0",
      "/Library/Keychains/System.keychain",
    ]
  ) {
    assert(!own.reads(path), path);
    assert(!own.may({ operation: "process-exec", path }), path);
  }
  assert(own.may({ operation: "process-exec", path: "/bin/sh" }));
  assert(own.may({ operation: "file-read-metadata", path: "/private/var/x/syslua" }));
  assert(!own.may({ operation: "file-read-metadata", path: "/Users/jo/.ssh" }));
});

Deno.test("macOS: only what fetches reaches the network and who looks names up", () => {
  const dns = { operation: "network-outbound", path: "/private/var/run/mDNSResponder" };
  const remote = { operation: "network-outbound", ip: true };
  const trust = { operation: "mach-lookup", name: "com.apple.trustd" };
  const [own, fetching] = [profile(), profile({ network: true })];
  for (const asked of [dns, remote, trust]) {
    assert(!own.may(asked), JSON.stringify(asked));
    assert(fetching.may(asked), JSON.stringify(asked));
  }
  assert(fetching.reads("/private/var/run/resolv.conf") && fetching.reads("/private/etc/ssl/x"));
  const socket = { operation: "network-inbound", path: `${STORE}/tmp/one/tmp/s` };
  assert(own.may(socket));
  assert(!own.may({ ...socket, path: "/private/var/run/s" }));
});

Deno.test("macOS: a build reaches the mach services that programs need, and no other", () => {
  const own = profile();
  const may = (name: string) => own.may({ operation: "mach-lookup", name });
  assert(may("com.apple.system.opendirectoryd.libinfo"));
  for (const name of ["com.apple.pasteboard.1", "com.apple.SecurityServer", "com.apple.lsd.open"]) {
    assert(!may(name), name);
    assert(!profile({ network: true }).may({ operation: "mach-lookup", name }), name);
  }
});

Deno.test("macOS: paths with quotes and backslashes stay themselves", () => {
  const path = `/s/obj/a"b\\c`;
  const own = profile({ readOnly: [same(path)] });
  assert(own.reads(`${path}/x`));
  assert(!own.reads("/s/obj/a"));
});

Deno.test("macOS: the sandbox is given paths without links", () => {
  const system = memorySystem();
  const { fs } = system;
  for (const folder of ["/private", "/private/tmp", "/private/tmp/s", "/private/tmp/s/tmp"]) {
    fs.mkdir(folder, 0o755);
  }
  fs.symlink("private/tmp", "/tmp");
  const given: Containment = {
    ...CONTAINMENT,
    readOnly: [],
    writable: [same("/tmp/s/tmp")],
    outputs: ["/tmp/s/tmp/out"],
  };
  const box = { kind: "seatbelt", program: "/usr/bin/sandbox-exec" } as const;
  const argv = contained(system, box, given, "/accounts", ["/bin/true"]);
  const own = new Profile(argv[argv.indexOf("-p") + 1]);
  assert(own.writes("/private/tmp/s/tmp/out/x"));
  assert(!own.writes("/tmp/s/tmp/out/x"), "the kernel never asks for that");
  assert.deepEqual(argv.slice(-1), ["/bin/true"]);
});
