# For other scripts to read: what makes the same input give the same layers.

# Gives everything in a directory the time of SOURCE_DATE_EPOCH (reproducible-builds.org).
same_time() {
  find "$1" -xdev -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:?}" {} +
}
