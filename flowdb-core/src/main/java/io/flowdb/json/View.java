package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One state of the documents and index entries: that of a snapshot, or that of a transaction with its own writes. Every
 * read of the document layer goes through one. Threads: as the state behind it.
 */
interface View {
    /** In the place of the sequence number of what a transaction has written and not committed. */
    long UNCOMMITTED = 0;

    /** What is stored under the key of a document. */
    @Nullable
    StoredValue get(byte[] documentKey);

    /** Whether there is a document under a key; its value is not read. */
    boolean exists(byte[] documentKey);

    /** What was stored under the key of a document when the state was pinned; not a read that a commit checks. */
    @Nullable
    StoredValue committed(byte[] documentKey);

    /** As {@link io.flowdb.StoreReader#prefetch}. */
    void prefetch(List<byte[]> documentKeys);

    /** Documents from {@code start} to {@code end}. */
    StoreCursor documents(byte[] start, byte[] end, boolean reverse);

    /** Logical entries of an index, see {@link IndexEntry}, from {@code start} to {@code end}; the values are empty. */
    StoreCursor entries(IndexDef index, byte[] start, byte[] end, boolean reverse);

    /** Logical entries of an index, forward, of one range after the other. */
    StoreCursor entries(IndexDef index, List<Range> ranges);

    /** Documents, forward, of one range after the other. */
    StoreCursor documents(List<Range> ranges);

    /**
     * The encoded primary keys of the documents that hold {@code key}, prefix included, in a unique index, in order:
     * one at most, but for those that a transaction has not committed.
     */
    List<byte[]> holders(IndexDef index, byte[] key);

    /**
     * Whether a logical entry of a document that a walk has met is there still: a transaction may have taken it away
     * meanwhile.
     */
    boolean hasStill(StoreDef store, byte[] entry, byte[] documentKey);

    /** A number that is another one after each write of a transaction, and after each that is taken back. */
    long writeCount();

    /** Whether a transaction has taken writes back, so that documents a walk is led to are what they were before. */
    boolean hasTakenBack();

    /** Whether an index has marks of the kind {@code kind}. */
    boolean hasMarks(IndexDef index, int kind);

    /**
     * Committed keys of one range after the other, with what nobody may see any more; not a read that a commit checks.
     */
    StoreCursor committedKeys(List<Range> ranges);
}
