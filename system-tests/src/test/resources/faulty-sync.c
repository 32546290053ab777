/*
 * Preloaded, it spoils the syncs of files and directories whose path contains FAULTY_SYNC_PATH, while the file
 * FAULTY_SYNC_WHEN exists: FAULTY_SYNC=skip says that all is well and does nothing; FAULTY_SYNC=fail-once says EIO and
 * removes that file, so that whoever tries again is told that all is well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_meant(int file) {
    const char *part = getenv("FAULTY_SYNC_PATH"), *when = getenv("FAULTY_SYNC_WHEN");
    char link[64], path[4096];
    if (!part || !when || access(when, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, part) != NULL;
}

static int spoil(void) {
    const char *how = getenv("FAULTY_SYNC");
    if (!how || strcmp(how, "fail-once") != 0) return 0;
    /* Of several threads one removes it, and that one fails. */
    if (unlink(getenv("FAULTY_SYNC_WHEN")) != 0) return 0;
    errno = EIO;
    return -1;
}

static int sync_by(const char *name, int file) {
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
    return real(file);
}

int fdatasync(int file) { return is_meant(file) ? spoil() : sync_by("fdatasync", file); }
int fsync(int file) { return is_meant(file) ? spoil() : sync_by("fsync", file); }
