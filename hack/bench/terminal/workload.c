/*
 * The program that every terminal server of the benchmark runs: small, constant in its own cost, the same for all.
 * It sets its terminal raw, says "READY\n" and then obeys one command after another, each a letter, an optional number
 * and a newline:
 *
 *   e          echoes every byte at once, until it reads Ctrl-D
 *   f <bytes>  prints that many bytes of the stream
 *   x          prints the stream without end, until it reads Ctrl-C; then says "STOPPED\n"
 *   i <bytes>  does not read for five seconds, then reads that many bytes and says "GOT <FNV-1a of them>\n"
 *
 * The stream is a text of 65,521 bytes (a prime, so that no buffer size divides it) over and over; see stream.ts.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PERIOD = 65521, PIECE = 65536, WINDOW = PERIOD + PIECE };

static unsigned char text[WINDOW];

static void make_text(void) {
  uint32_t state = 1;
  for (int i = 0; i < PERIOD; i++) {
    state = state * 1664525u + 1013904223u;
    text[i] = i % 80 == 78 ? '\r' : i % 80 == 79 ? '\n' : (unsigned char)('!' + (state >> 24) % 90);
  }
  for (int i = PERIOD; i < WINDOW; i++) text[i] = text[i - PERIOD];
}

static void put(const void *data, size_t size) {
  const char *at = data;
  while (size > 0) {
    ssize_t written = write(STDOUT_FILENO, at, size);
    if (written <= 0) exit(1);
    at += written;
    size -= (size_t)written;
  }
}

static unsigned char get(void) {
  unsigned char byte;
  if (read(STDIN_FILENO, &byte, 1) != 1) exit(0);
  return byte;
}

static void echo(void) {
  unsigned char bytes[4096];
  for (;;) {
    ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
    if (size <= 0) exit(0);
    if (bytes[size - 1] == 4) return;
    put(bytes, (size_t)size);
  }
}

static void print_stream(long long size) {
  for (long long at = 0; at < size;) {
    long long piece = size - at < PIECE ? size - at : PIECE;
    put(text + at % PERIOD, (size_t)piece);
    at += piece;
  }
}

static void print_until_stopped(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  /* Pieces as small as a program's own: Ctrl-C is looked for between them. */
  for (long long at = 0;; at += 4096) {
    put(text + at % PERIOD, 4096);
    if (poll(&input, 1, 0) > 0 && get() == 3) break;
  }
  put("STOPPED\n", 8);
}

static void ignore_then_read(long long size) {
  unsigned char bytes[65536];
  uint32_t hash = 2166136261u;
  sleep(5);
  while (size > 0) {
    ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got <= 0) exit(1);
    for (ssize_t i = 0; i < got; i++) hash = (hash ^ bytes[i]) * 16777619u;
    size -= got;
  }
  char line[64];
  put(line, (size_t)snprintf(line, sizeof line, "GOT %08x\n", hash));
}

int main(void) {
  struct termios mode;
  if (tcgetattr(STDIN_FILENO, &mode) == 0) {
    cfmakeraw(&mode);
    tcsetattr(STDIN_FILENO, TCSANOW, &mode);
  }
  make_text();
  put("READY\n", 6);
  for (;;) {
    char line[64];
    size_t length = 0;
    do {
      line[length] = (char)get();
      /* A terminal's Return is a carriage return. */
      if (line[length] == '\r') line[length] = '\n';
    } while (line[length++] != '\n' && length < sizeof line - 1);
    line[length] = 0;
    long long number = atoll(line + 1);
    if (line[0] == 'e') echo();
    if (line[0] == 'f') print_stream(number);
    if (line[0] == 'x') print_until_stopped();
    if (line[0] == 'i') ignore_then_read(number);
  }
}
