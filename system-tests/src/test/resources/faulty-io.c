/*
 * Preloaded, it makes calls on files fail. The file FAULTY_IO, while it exists, says which: each of its lines is
 *
 *   CALLS ERROR PATH [once]
 *
 * CALLS are one or more of read, send, write, sync, truncate, rename, open, create, with commas between; ERROR is a number of errno; PATH a
 * part of the path of the file or directory, or several with '*' between; of a rename either name counts. With @N behind it only calls fail
 * that reach beyond byte N of the file. "once" removes FAULTY_IO: whoever tries again is told that all is well.
 * Each call that fails is noted in the file FAULTY_IO with ".met" behind its name.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *) dlsym(RTLD_NEXT, #name)

/* Straight to the kernel, so that nothing here meets itself. */
static ssize_t content_of(const char *path, char *target, size_t size) {
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = syscall(SYS_read, file, target, size - 1);
    syscall(SYS_close, file);
    if (count >= 0) target[count] = 0;
    return count;
}

static void note(const char *rules, const char *call, const char *path) {
    char met[4096], line[5000];
    snprintf(met, sizeof met, "%s.met", rules);
    int length = snprintf(line, sizeof line, "%s %s\n", call, path);
    long file = syscall(SYS_openat, AT_FDCWD, met, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    syscall(SYS_write, file, line, length);
    syscall(SYS_close, file);
}

static int has(const char *calls, const char *call) {
    size_t length = strlen(call);
    for (const char *at = calls; (at = strstr(at, call)) != NULL; at += length) {
        if ((at == calls || at[-1] == ',') && (at[length] == 0 || at[length] == ',')) return 1;
    }
    return 0;
}

static int matches(const char *path, char *parts) {
    for (char *part; path && (part = strsep(&parts, "*")) != NULL;) {
        path = strstr(path, part);
        if (path) path += strlen(part);
    }
    return path != NULL;
}

/* The error that a call on a path is to have, 0 for none. */
static int error_for(const char *call, const char *path, long end) {
    const char *rules = getenv("FAULTY_IO");
    char text[4096], *line, *rest = text;
    if (!rules || content_of(rules, text, sizeof text) <= 0) return 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char calls[200], part[2000], once[10] = "";
        int error;
        if (sscanf(line, "%199s %d %1999s %9s", calls, &error, part, once) < 3 || !has(calls, call)) continue;
        char *from = strchr(part, '@');
        if (from) *from++ = 0;
        if (!matches(path, part) || (from && end <= atol(from))) continue;
        /* Of several threads one removes it, and that one fails. */
        if (*once && syscall(SYS_unlinkat, AT_FDCWD, rules, 0) != 0) return 0;
        note(rules, call, path);
        return error;
    }
    return 0;
}

static int fails_until(const char *call, const char *path, long end) {
    int before = errno, error = error_for(call, path, end);
    errno = error ? error : before;
    return error != 0;
}

static int fails_on(const char *call, const char *path) {
    return fails_until(call, path, LONG_MAX);
}

static int fails_at(const char *call, int file, long end) {
    char link[64], path[4096];
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length <= 0 || path[0] != '/') return 0;
    path[length] = 0;
    return fails_until(call, path, end);
}

static int fails(const char *call, int file) {
    return fails_at(call, file, LONG_MAX);
}

ssize_t write(int file, const void *bytes, size_t count) { REAL(write); return fails("write", file) ? -1 : real(file, bytes, count); }
ssize_t writev(int file, const struct iovec *pieces, int count) { REAL(writev); return fails("write", file) ? -1 : real(file, pieces, count); }
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) { REAL(pwrite64); return fails("write", file) ? -1 : real(file, bytes, count, at); }
ssize_t read(int file, void *bytes, size_t count) { REAL(read); return fails("read", file) ? -1 : real(file, bytes, count); }
ssize_t readv(int file, const struct iovec *pieces, int count) { REAL(readv); return fails("read", file) ? -1 : real(file, pieces, count); }
ssize_t pread64(int file, void *bytes, size_t count, off64_t at) { REAL(pread64); return fails_at("read", file, at + count) ? -1 : real(file, bytes, count, at); }
ssize_t sendfile64(int to, int from, off64_t *at, size_t count) { REAL(sendfile64); return fails_at("send", from, at ? *at + (long) count : LONG_MAX) ? -1 : real(to, from, at, count); }
ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *to_at, size_t count, unsigned flags) {
    REAL(copy_file_range);
    return fails_at("send", from, at ? *at + (long) count : LONG_MAX) || fails("write", to) ? -1 : real(from, at, to, to_at, count, flags);
}
int fsync(int file) { REAL(fsync); return fails("sync", file) ? -1 : real(file); }
int fdatasync(int file) { REAL(fdatasync); return fails("sync", file) ? -1 : real(file); }
int ftruncate64(int file, off64_t size) { REAL(ftruncate64); return fails("truncate", file) ? -1 : real(file, size); }
int rename(const char *from, const char *to) { REAL(rename); return fails_on("rename", from) || fails_on("rename", to) ? -1 : real(from, to); }

int open64(const char *path, int flags, ...) {
    REAL(open64);
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return fails_on("open", path) || ((flags & O_CREAT) && fails_on("create", path)) ? -1 : real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    REAL(open);
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return fails_on("open", path) || ((flags & O_CREAT) && fails_on("create", path)) ? -1 : real(path, flags, mode);
}
