/* The decoder of zstd for its host (zstd.ts): compressed bytes are put at `input`, what they were is taken from
 * `output`. One decoder in one memory; the host makes a new instance for each stream. */
#include <stddef.h>

#include "zstd.h"
#include "zstd_errors.h"

#define EXPORT(name) __attribute__((export_name(#name)))

/* Bytes that go in and come out at a time. */
enum { INPUT = 128 << 10, OUTPUT = 256 << 10 };

/* As far back as zstd(1) reads unless told otherwise, and the most memory that a stream can ask for. */
enum { WINDOW_LOG = 27 };

static unsigned char input_bytes[INPUT], output_bytes[OUTPUT];
static ZSTD_DCtx *decoder;
static ZSTD_inBuffer in = {input_bytes, 0, 0};
/* What the decoder would like to have next; 0 where a frame has ended and all of it was given out. */
static size_t wanted = 1;

EXPORT(input) unsigned char *input(void) { return input_bytes; }
EXPORT(input_size) int input_size(void) { return INPUT; }
EXPORT(output) unsigned char *output(void) { return output_bytes; }
EXPORT(output_size) int output_size(void) { return OUTPUT; }

/* Says that so many new bytes are at `input`. All that were there before must have been decoded. */
EXPORT(given) void given(size_t size) {
  in.size = size;
  in.pos = 0;
}

/* Whether the stream may end here. */
EXPORT(complete) int complete(void) { return wanted == 0; }

static int failure(size_t result) { return -(int)ZSTD_getErrorCode(result); }

static int begin(void) {
  decoder = ZSTD_createDCtx();
  if (decoder == NULL) return -ZSTD_error_memory_allocation;
  size_t result = ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, WINDOW_LOG);
  return ZSTD_isError(result) ? failure(result) : 0;
}

/* Decodes until `output` is full or `input` is used up. Gives the number of bytes at `output`, or a `ZSTD_ErrorCode`,
 * negated. Less than `output_size` means that new input is wanted. */
EXPORT(decode) int decode(void) {
  if (decoder == NULL) {
    int error = begin();
    if (error != 0) return error;
  }
  ZSTD_outBuffer out = {output_bytes, OUTPUT, 0};
  while (out.pos < out.size) {
    /* Asked again behind a frame's end, the decoder would begin another frame. */
    if (in.pos == in.size && wanted == 0) break;
    size_t result = ZSTD_decompressStream(decoder, &out, &in);
    if (ZSTD_isError(result)) return failure(result);
    wanted = result;
    if (in.pos == in.size && out.pos < out.size) break;
  }
  return (int)out.pos;
}
