/** Libraries that every program may take from the host. */

/** glibc's and musl's, in all their parts. */
const LIBC =
  /^lib(c|m|mvec|dl|pthread|rt|resolv|util|anl|nsl|thread_db|BrokenLocale|nss_[a-z]+)\.so\.\d+$/;
const MUSL = /^libc(\.musl-[\w-]+)?\.so(\.\d+)?$/;
const LOADER = /^ld(64)?(-[\w.-]+)?\.so(\.\d+)*$/;
/** What compilers link without being asked: libgcc, and the runtime of C++, which comes with the compiler as libgcc
 * does. Others of its libraries (Fortran, OpenMP, sanitizers) are named by whoever builds, so they count. */
const COMPILER = /^lib(gcc_s|stdc\+\+|atomic)\.so\.\d+$/;

/** Whether the name of an ELF library, or of a loader, is one of these. */
export function isOfEveryHost(library: string): boolean {
  return [LIBC, MUSL, LOADER, COMPILER].some((one) => one.test(library));
}

/** Whether a path is one where macOS has its own libraries. Most of these are in no folder, only in dyld's cache. */
export function isOfMacOs(path: string): boolean {
  return /^\/(usr\/lib|System)(\/|$)/.test(path);
}
