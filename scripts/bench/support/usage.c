/* Runs a program and writes what it took, as the system accounts it: `usage FILE PROGRAM ARGUMENT…` writes
 * `wall user system peak code`, in seconds and KiB. The peak is that of its largest process. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double since(struct timespec a) {
  struct timespec b;
  clock_gettime(CLOCK_MONOTONIC, &b);
  return (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9;
}

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static pid_t child;

/* Who stops this stops the program. */
static void forward(int sig) { kill(child, sig); }

int main(int argc, char **argv) {
  struct timespec begin;
  struct rusage used;
  int status;
  if (argc < 3) return 2;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  signal(SIGTERM, forward);
  if (wait4(child, &status, 0, &used) < 0) return 1;
  double wall = since(begin);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  FILE *file = fopen(argv[1], "w");
  if (!file) return 1;
#ifdef __APPLE__
  long peak = used.ru_maxrss / 1024;
#else
  long peak = used.ru_maxrss;
#endif
  fprintf(file, "%.6f %.6f %.6f %ld %d\n", wall, seconds(used.ru_utime), seconds(used.ru_stime), peak, code);
  return fclose(file) == 0 ? 0 : 1;
}
