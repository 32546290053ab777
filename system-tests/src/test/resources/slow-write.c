/*
 * Preloaded, it holds up writes to files whose path contains SLOW_WRITE_PATH: each takes 300 ms while the file SLOW_WRITE_SLOW
 * exists, and none returns while SLOW_WRITE_STUCK exists; the first that meets that makes the file SLOW_WRITE_MET.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int exists(const char *name) {
    const char *path = getenv(name);
    return path && access(path, F_OK) == 0;
}

static int is_meant(int file) {
    const char *part = getenv("SLOW_WRITE_PATH");
    char link[64], path[4096];
    if (!part) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, part) != NULL;
}

static void hold_up(int file) {
    if (!is_meant(file)) return;
    if (exists("SLOW_WRITE_SLOW")) usleep(300 * 1000);
    if (!exists("SLOW_WRITE_STUCK")) return;
    int met = open(getenv("SLOW_WRITE_MET"), O_CREAT | O_CLOEXEC, 0600);
    if (met >= 0) close(met);
    while (exists("SLOW_WRITE_STUCK")) usleep(1000);
}

ssize_t write(int file, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t)) dlsym(RTLD_NEXT, "write");
    hold_up(file);
    return real(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
    ssize_t (*real)(int, const struct iovec *, int) = (ssize_t (*)(int, const struct iovec *, int)) dlsym(RTLD_NEXT, "writev");
    hold_up(file);
    return real(file, pieces, count);
}
