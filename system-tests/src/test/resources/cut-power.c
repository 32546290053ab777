/* cut-power DIRECTORY: stops the ext4 file system mounted there as a power cut would; what was not synced is lost. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define EXT4_GOING_FLAGS_NOLOGFLUSH 2 /* not even the journal is written */

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: cut-power DIRECTORY\n");
        return 2;
    }
    uint32_t flags = EXT4_GOING_FLAGS_NOLOGFLUSH;
    int directory = open(arguments[1], O_RDONLY | O_DIRECTORY);
    if (directory < 0 || ioctl(directory, EXT4_IOC_SHUTDOWN, &flags) < 0) {
        perror(arguments[1]);
        return 1;
    }
    return 0;
}
