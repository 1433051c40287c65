/** The number of a file as files of ours keep it: a whole number. NTFS has 64 bits, of which the runtime's number loses the
 * last where the first are in use; what is left is as good as the runtime tells it. */
export function inodeOf(told: number | null): number {
  return told === null ? 0 : told % 2 ** 53;
}
