/*
 * LD_PRELOAD: makes chosen system calls on the data files (paths with "data.sqlite" in them) fail inside the process.
 *
 *   FAULT_CALL    write | sync | open
 *   FAULT_ERRNO   what they fail with
 *   FAULT_AT      the first call that fails, counted from 1
 *   FAULT_FOR     how many fail from there on (default 1)
 *   FAULT_SWITCH  instead of counting: calls fail while this file exists
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long calls;

static int is_data(const char *path) { return path && strstr(path, "data.sqlite") != NULL; }

static int is_data_fd(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_data(path);
}

static int fails(const char *call) {
  const char *wanted = getenv("FAULT_CALL"), *file = getenv("FAULT_SWITCH");
  if (!wanted || strcmp(wanted, call) != 0) return 0;
  if (file) {
    if (access(file, F_OK) != 0) return 0;
  } else {
    const char *at = getenv("FAULT_AT"), *many = getenv("FAULT_FOR");
    long first = at ? atol(at) : 0, now = __sync_add_and_fetch(&calls, 1);
    if (first < 1 || now < first || now >= first + (many ? atol(many) : 1)) return 0;
  }
  errno = atoi(getenv("FAULT_ERRNO"));
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *from, size_t size) {
  return is_data_fd(fd) && fails("write") ? -1 : REAL(write)(fd, from, size);
}
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
  return is_data_fd(fd) && fails("write") ? -1 : REAL(pwrite)(fd, from, size, at);
}
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
  return is_data_fd(fd) && fails("write") ? -1 : REAL(pwrite64)(fd, from, size, at);
}
int ftruncate(int fd, off_t size) {
  return is_data_fd(fd) && fails("write") ? -1 : REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  return is_data_fd(fd) && fails("write") ? -1 : REAL(ftruncate64)(fd, size);
}
int fsync(int fd) { return is_data_fd(fd) && fails("sync") ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return is_data_fd(fd) && fails("sync") ? -1 : REAL(fdatasync)(fd); }

static mode_t mode_of(int flags, va_list rest) {
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                                   \
  int name(const char *path, int flags, ...) {                       \
    va_list rest;                                                    \
    va_start(rest, flags);                                           \
    mode_t mode = mode_of(flags, rest);                              \
    va_end(rest);                                                    \
    return is_data(path) && fails("open") ? -1 : REAL(name)(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)
