/* The work of an apply as bare system calls: `raw write COUNT SOURCES STORE HOME` reads COUNT files, writes each to
 * the store, flushes it, gives it its name, and links to it from the home; `raw look COUNT STORE HOME` asks of each
 * link where it leads, and what is there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void check(int failed, const char *what) {
  if (!failed) return;
  perror(what);
  exit(1);
}

static void one(int n, const char *sources, const char *store, const char *home) {
  char from[4096], spare[4096], to[4096], link[4096], text[65536];
  snprintf(from, sizeof from, "%s/f%d", sources, n);
  snprintf(spare, sizeof spare, "%s/spare", store);
  snprintf(to, sizeof to, "%s/%d", store, n);
  int in = open(from, O_RDONLY);
  check(in < 0, from);
  ssize_t size = read(in, text, sizeof text);
  close(in);
  int out = open(spare, O_WRONLY | O_CREAT | O_EXCL, 0444);
  check(out < 0, spare);
  check(write(out, text, size) != size, spare);
  check(fsync(out), spare);
  close(out);
  check(rename(spare, to), to);
  snprintf(link, sizeof link, "%s/d%d", home, n % 50);
  check(mkdir(link, 0755) && errno != EEXIST, link);
  snprintf(link, sizeof link, "%s/d%d/f%d", home, n % 50, n);
  check(symlink(to, link), link);
}

static void look(int n, const char *store, const char *home) {
  char link[4096], to[4096];
  struct stat info;
  snprintf(link, sizeof link, "%s/d%d/f%d", home, n % 50, n);
  check(readlink(link, to, sizeof to) < 0, link);
  snprintf(to, sizeof to, "%s/%d", store, n);
  check(lstat(to, &info), to);
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  int count = atoi(argv[2]);
  for (int n = 1; n <= count; n++) {
    if (!strcmp(argv[1], "write")) one(n, argv[3], argv[4], argv[5]);
    else look(n, argv[3], argv[4]);
  }
  return 0;
}
