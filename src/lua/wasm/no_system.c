/* The C library's way to the operating system. What is left of Lua never goes it, which the linker cannot know; with
 * these the VM imports nothing but what sys.c names. */
#include <stdint.h>

#define NOTHING(name, ...) \
  int32_t __imported_wasi_snapshot_preview1_##name(__VA_ARGS__) { __builtin_trap(); }

NOTHING(clock_time_get, int32_t id, int64_t precision, int32_t time)
NOTHING(fd_close, int32_t fd)
NOTHING(fd_read, int32_t fd, int32_t parts, int32_t count, int32_t read)
NOTHING(fd_seek, int32_t fd, int64_t offset, int32_t whence, int32_t to)
NOTHING(fd_write, int32_t fd, int32_t parts, int32_t count, int32_t written)
