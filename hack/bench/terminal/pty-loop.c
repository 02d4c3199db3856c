/*
 * The limit: a pseudo-terminal and nothing else. Runs the program of its arguments on a new terminal and copies between
 * that and its own standard input and output.
 */
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

static int copy(int from, int to) {
  static char bytes[65536];
  ssize_t size = read(from, bytes, sizeof bytes);
  if (size <= 0) return 0;
  for (ssize_t at = 0; at < size;) {
    ssize_t written = write(to, bytes + at, (size_t)(size - at));
    if (written <= 0) return 0;
    at += written;
  }
  return 1;
}

int main(int count, char **arguments) {
  int master;
  if (count < 2) return 2;
  pid_t child = forkpty(&master, NULL, NULL, NULL);
  if (child < 0) return 1;
  if (child == 0) {
    execv(arguments[1], arguments + 1);
    _exit(127);
  }
  struct pollfd ends[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = master, .events = POLLIN}};
  for (;;) {
    if (poll(ends, 2, -1) < 0) return 1;
    if (ends[0].revents != 0 && !copy(STDIN_FILENO, master)) return 0;
    if (ends[1].revents != 0 && !copy(master, STDOUT_FILENO)) return 0;
  }
}
