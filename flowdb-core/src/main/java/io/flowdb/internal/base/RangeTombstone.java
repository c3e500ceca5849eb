package io.flowdb.internal.base;

/**
 * Hides every record of the keys from {@code start} (inclusive) to {@code end} (exclusive) with a lower sequence
 * number.
 *
 * @param start inclusive, may be empty
 * @param end exclusive
 * @param seqno of the deletion
 */
public record RangeTombstone(byte[] start, byte[] end, long seqno) {}
