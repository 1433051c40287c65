/** Takes the tests that were skipped, says why, and which package brings what they need. */

/** What a skipped test's name or file says → what it needs; with a Debian package where one brings it. */
const NEEDS: readonly (readonly [RegExp, string, string?])[] = [
  [/only (on|for) (macOS|Windows)/i, "another operating system"],
  [/only as an ordinary user/, "an ordinary user: these run when root does not run the tests"],
  [/only as root with the executable/, "root, and SYS_UNDER_TEST=dist/sys"],
  [/with LUA_SOURCE/, "the sources of Lua and a compiler: see scripts/build_lua.ts"],
  [/with ZSTD_SOURCE/, "the sources of zstd and a compiler: see scripts/build_zstd.ts"],
  [
    /with SYSLUA_TEST_LANGUAGES/,
    "SYSLUA_TEST_LANGUAGES, and cargo, go, npm, python3 with their registries",
  ],
  [/with SYSLUA_TEST_SOPS/, "SYSLUA_TEST_SOPS=<path of sops>, which Go builds"],
  [/needs a tmpfs/, "a tmpfs at /dev/shm"],
  [/(needs|only as) root/, "root"],
  [
    /guest|systemd/,
    "a Debian tree with systemd: `scripts/guest DIR`, then SYSLUA_TEST_GUEST=DIR",
    "debootstrap",
  ],
  [/nushell/, "Nushell: on PATH as `nu`, or npm and its registry"],
  [/\bfish\b/, "fish", "fish"],
  [/\bzsh\b/, "zsh", "zsh"],
  [/nix-store/, "nix-store", "nix-bin"],
  [/expect\b/, "expect", "expect"],
  [/ssh/, "ssh and sshd", "openssh-server openssh-client"],
  [/openssl|certificate|tls/i, "openssl", "openssl"],
  [/bubblewrap|bwrap|sandbox/, "bubblewrap", "bubblewrap"],
  [/\bzstd\b/, "zstd", "zstd"],
  [/\bxz\b/, "xz", "xz-utils"],
  [/bzip2|pbzip2/, "bzip2", "bzip2"],
  [/\bunzip\b/, "unzip", "unzip"],
  [/\bzip\b|every kind of archive/, "zip", "zip"],
  [/\bgit\b/, "git", "git"],
  [/\bdash\b/, "dash", "dash"],
  [/\bg?cc\b|compiler|tool built from C/, "a C compiler", "gcc libc6-dev"],
  [/scripts\/deno/, "x86_64 Linux, where the digest of the runtime is known"],
];

/** Lines that say what was skipped, by reason; what no reason is known for comes by name. */
export function whySkipped(tests: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const test of tests) {
    const [, needs, packages] = NEEDS.find(([pattern]) => pattern.test(test)) ?? [];
    const reason = needs === undefined
      ? test
      : `${needs}${packages ? ` (apt-get install ${packages})` : ""}`;
    groups.set(reason, [...groups.get(reason) ?? [], test]);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, { length }]) => `${String(length).padStart(5)}  ${reason}`);
}
