package io.flowdb.internal.sstable;

/**
 * Where a stored block lies.
 *
 * @param offset of its first byte in the file
 * @param length of its stored bytes, without the trailer
 */
record BlockHandle(long offset, int length) {}
