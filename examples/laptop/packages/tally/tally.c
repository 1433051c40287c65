/* tally: counts equal lines, and shows the most frequent first, with bars.
 *
 *     history | awk '{print $2}' | tally -n 10
 *
 * What `sort | uniq -c | sort -rn` does, in one pass and with something to look at. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

struct entry {
	char *line;
	size_t length;
	uint64_t hash;
	uint64_t count;
	uint64_t first; /* number of the line that it was first seen in: decides between equal counts */
};

static struct entry *table;
static size_t slots, used;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "tally: %s: %s\n", what, why);
	exit(1);
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);
	if (!memory)
		die("memory", strerror(ENOMEM));
	return memory;
}

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *bytes, size_t length)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t n = 0; n < length; n++)
		hash = (hash ^ (unsigned char)bytes[n]) * 1099511628211u;
	return hash;
}

static struct entry *find(const char *line, size_t length, uint64_t hash)
{
	size_t at = hash & (slots - 1);
	while (table[at].line && (table[at].hash != hash || table[at].length != length ||
				  memcmp(table[at].line, line, length)))
		at = (at + 1) & (slots - 1);
	return &table[at];
}

static void grow(void)
{
	struct entry *old = table;
	size_t old_slots = slots;
	slots = slots ? slots * 2 : 1024;
	table = allocate(slots, sizeof *table);
	for (size_t n = 0; n < old_slots; n++)
		if (old[n].line)
			*find(old[n].line, old[n].length, old[n].hash) = old[n];
	free(old);
}

static void count(const char *line, size_t length, uint64_t number)
{
	if (used * 4 >= slots * 3)
		grow();
	uint64_t hash = hash_of(line, length);
	struct entry *entry = find(line, length, hash);
	if (!entry->line) {
		char *copy = allocate(length + 1, 1);
		memcpy(copy, line, length);
		*entry = (struct entry){ copy, length, hash, 0, number };
		used++;
	}
	entry->count++;
}

static void read_lines(FILE *file, const char *name, uint64_t *number)
{
	char *line = NULL;
	size_t room = 0;
	long length;
	while ((length = (long)getline(&line, &room, file)) >= 0) {
		if (length > 0 && line[length - 1] == '\n')
			length--;
		count(line, (size_t)length, (*number)++);
	}
	if (ferror(file))
		die(name, strerror(errno));
	free(line);
}

static int by_count(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static void bar(uint64_t count, uint64_t most)
{
	/* Eighths of a cell, so that small differences show. */
	static const char *const part[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	uint64_t eighths = (count * 20 * 8 + most - 1) / most;
	for (uint64_t n = 0; n < eighths / 8; n++)
		fputs("█", stdout);
	fputs(part[eighths % 8], stdout);
	for (uint64_t n = (eighths + 7) / 8; n < 20; n++)
		putchar(' ');
}

static void show(uint64_t limit, bool plain)
{
	size_t kept = 0;
	uint64_t total = 0;
	for (size_t n = 0; n < slots; n++) {
		if (!table[n].line)
			continue;
		total += table[n].count;
		table[kept++] = table[n];
	}
	qsort(table, kept, sizeof *table, by_count);
	for (size_t n = 0; n < kept && n < limit; n++) {
		const struct entry *entry = &table[n];
		printf("%8" PRIu64, entry->count);
		if (!plain) {
			printf(" %5.1f%%  ", 100.0 * (double)entry->count / (double)total);
			bar(entry->count, table[0].count);
		}
		fputs("  ", stdout);
		fwrite(entry->line, 1, entry->length, stdout);
		putchar('\n');
	}
	if (fflush(stdout) || ferror(stdout))
		die("output", strerror(errno));
}

static _Noreturn void usage(FILE *to, int status)
{
	fputs("usage: tally [-n COUNT] [-p] [FILE]...\n"
	      "  -n COUNT   only the COUNT most frequent lines\n"
	      "  -p         plain: no percentages, no bars\n"
	      "  -V         version\n",
	      to);
	exit(status);
}

int main(int argc, char **argv)
{
	uint64_t limit = UINT64_MAX, number = 0;
	bool plain = false;
	int at = 1;

	for (; at < argc && argv[at][0] == '-' && argv[at][1]; at++) {
		const char *flag = argv[at];
		if (!strcmp(flag, "--")) {
			at++;
			break;
		} else if (!strcmp(flag, "-h") || !strcmp(flag, "--help")) {
			usage(stdout, 0);
		} else if (!strcmp(flag, "-V") || !strcmp(flag, "--version")) {
			puts("tally " VERSION);
			return 0;
		} else if (!strcmp(flag, "-p")) {
			plain = true;
		} else if (!strncmp(flag, "-n", 2)) {
			const char *value = flag[2] ? flag + 2 : argv[++at];
			char *end;
			if (!value)
				usage(stderr, 2);
			errno = 0;
			limit = strtoumax(value, &end, 10);
			if (*end || end == value || errno || *value == '-')
				usage(stderr, 2);
		} else {
			usage(stderr, 2);
		}
	}

	grow();
	if (at == argc)
		read_lines(stdin, "input", &number);
	for (; at < argc; at++) {
		FILE *file = strcmp(argv[at], "-") ? fopen(argv[at], "r") : stdin;
		if (!file)
			die(argv[at], strerror(errno));
		read_lines(file, argv[at], &number);
		if (file != stdin)
			fclose(file);
	}
	show(limit, plain);
	return 0;
}
