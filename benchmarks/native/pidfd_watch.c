/* The limit: pidfds and poll. pidfd_watch SOCKET BEACON PID…: tells of each death, then starts the beacon for it. */
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

int main(int count, char **words) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int watched = count - 3, handle = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct pollfd *polls = calloc(watched > 0 ? watched : 1, sizeof *polls);
    if (watched < 1 || !polls) return 2;
    strncpy(address.sun_path, words[1], sizeof address.sun_path - 1);
    for (int i = 0; i < watched; i++) {
        polls[i].fd = syscall(SYS_pidfd_open, atoi(words[i + 3]), 0);
        polls[i].events = POLLIN;
    }
    sendto(handle, "ready 0 0 0", 11, 0, (struct sockaddr *)&address, sizeof address);
    alarm(300);
    for (;;) {
        poll(polls, watched, -1);
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        for (int i = 0; i < watched; i++) {
            if (polls[i].fd < 0 || !polls[i].revents) continue;
            char text[128], *start[] = {words[2], words[1], words[i + 3], NULL};
            pid_t child;
            posix_spawn(&child, words[2], NULL, NULL, start, environ);
            int length = snprintf(text, sizeof text, "noticed %s %s %lld", words[i + 3], words[i + 3],
                                  (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
            sendto(handle, text, length, 0, (struct sockaddr *)&address, sizeof address);
            close(polls[i].fd);
            polls[i].fd = -1;
        }
    }
}
