package io.flowdb.internal.base;

/**
 * One stored entry, as the cursor that stands on it shows it.
 *
 * <p>The arrays belong to the source and must not be changed. The key's array may be overwritten when the cursor moves,
 * the value's array may not.
 */
public interface InternalEntry {

    /** {@link Op#code()} of the entry. */
    byte op();

    /** Timestamp of the entry. */
    long ts();

    /** Sequence number of the entry. */
    long seqno();

    /** Expiry of the entry, in microseconds since the epoch. */
    long expireAt();

    /** Array that holds the key. */
    byte[] keyArray();

    /** Where the key begins in {@link #keyArray()}. */
    int keyOffset();

    /** Length of the key. */
    int keyLength();

    /** Array that holds the value. */
    byte[] valueArray();

    /** Where the value begins in {@link #valueArray()}. */
    int valueOffset();

    /** Length of the value. */
    int valueLength();
}
