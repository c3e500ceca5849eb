package io.flowdb.internal.json;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.Keys;
import java.nio.ByteBuffer;

/**
 * Where the document layer keeps what in the ordered store.
 *
 * <p>Layout: a kind byte, then
 * <pre>
 * 01 document  store id, primary key             → format 01, time written i64 microseconds, UTF-8 JSON
 * 02 index     index id, index key, primary key  → nothing; or without the primary key in the key → primary key
 * 02 index     index id, 01 or 02, primary key   → nothing: documents that the index entries do not fully describe
 * 03 catalog                                     → JSON: definitions and ids of stores and indexes
 * 04 counter   store id                          → u64: every generated key below it may have been used
 * 05 changes                                     → u64: changes are recorded after this sequence number
 * 05 changes   ticket u64, part u16              → what one commit changed, for change feeds
 * </pre>
 * <p>Ids are ordered numbers of 1 to 5 bytes: below 240 the number, else 239 + n and n big-endian bytes. Ids are never
 * used again. Keys of other users of the same store must start with a byte above 0F. Source:
 * docs/format/document-keys.md, format 1.
 */
public final class KeyLayout {
    /** Marks, in the place of an index key, a document that has no entry in the index. */
    public static final int MARK_ABSENT = 0x01;
    /** Marks, in the place of an index key, a document with an array that is one key of the index. */
    public static final int MARK_ARRAY = 0x02;
    /** Follows every mark and precedes every index key. */
    public static final int FIRST_KEY = 0x08;

    private static final int DOCUMENT = 1;
    private static final int INDEX = 2;
    private static final int CATALOG = 3;
    private static final int COUNTER = 4;
    private static final int CHANGES = 5;
    private static final int ONE_BYTE_IDS = 240;

    private KeyLayout() {}

    /** What the documents of a store start with. */
    public static byte[] documents(int storeId) {
        return withId(DOCUMENT, storeId);
    }

    /** What the entries of an index start with. */
    public static byte[] index(int indexId) {
        return withId(INDEX, indexId);
    }

    /** The key of the catalog. */
    public static byte[] catalog() {
        return new byte[] {CATALOG};
    }

    /** Ends the keys of the kind of {@code key}. */
    public static byte[] kindEnd(byte[] key) {
        return new byte[] {(byte) (key[0] + 1)};
    }

    /**
     * The id in the key of a document, an index entry or a counter. Errors: {@link CorruptionException}, also for one
     * in more bytes than it needs, which is never written.
     */
    public static int id(byte[] key) {
        int first = key.length > 1 ? key[1] & 0xFF : 0;
        int bytes = Math.max(0, first - (ONE_BYTE_IDS - 1));
        if (first == 0 || bytes > Integer.BYTES || key.length < 2 + bytes) {
            throw new CorruptionException("document layer", -1, "no id in the key " + Keys.show(key));
        }
        int id = bytes == 0 ? first : 0;
        for (int i = 0; i < bytes; i++) {
            id = id << 8 | key[2 + i] & 0xFF;
        }
        if (id < 0 || !Keys.startsWith(key, withId(key[0], id))) {
            throw new CorruptionException("document layer", -1, "no id in the key " + Keys.show(key));
        }
        return id;
    }

    /** The key of a store's counter. */
    public static byte[] counter(int storeId) {
        return withId(COUNTER, storeId);
    }

    /** The key that tells since when changes are recorded. */
    public static byte[] changes() {
        return new byte[] {CHANGES};
    }

    /** The key of one part of a change record; {@code ticket} is not negative. */
    public static byte[] changes(long ticket, int part) {
        return ByteBuffer.allocate(11)
                .put((byte) CHANGES)
                .putLong(ticket)
                .putShort((short) part)
                .array();
    }

    /** Ends the change records. */
    public static byte[] changesEnd() {
        return new byte[] {CHANGES + 1};
    }

    /** The ticket in the key of a part of a change record. */
    public static long ticket(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    private static byte[] withId(int kind, int id) {
        if (id < ONE_BYTE_IDS) {
            return new byte[] {(byte) kind, (byte) id};
        }
        int bytes = (39 - Integer.numberOfLeadingZeros(id)) / 8;
        byte[] prefix = new byte[2 + bytes];
        prefix[0] = (byte) kind;
        prefix[1] = (byte) (ONE_BYTE_IDS - 1 + bytes);
        for (int i = 0; i < bytes; i++) {
            prefix[2 + i] = (byte) (id >>> 8 * (bytes - 1 - i));
        }
        return prefix;
    }
}
