package io.flowdb.json;

import io.flowdb.OrderedStore;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.WriteBatch;
import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.json.KeyLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What commits have changed, as records in the store below.
 *
 * <p>Layout of a record, cut into parts of 1 MiB, each under its own key (see {@link KeyLayout}); numbers are base-128:
 * <pre>
 * format  u8  1, or 2 for a commit too large to be recorded, which ends here
 * stores      count, then their names as length and UTF-8
 * changes     count, then for each: position of the store's name, length and primary key,
 *             0 or 1, length and stored document before, the same after;
 *             with a key of length 0, the deletion of a store
 * </pre>
 * <p>The last part is the last operation of its batch, so its sequence number is that of the commit. Tickets are unique
 * and rise with time, but not exactly with sequence numbers. Threads: any. Source: docs/format/document-keys.md, format
 * 2.
 */
final class ChangeRecords {
    private static final int FORMAT = 1;
    private static final int TOO_LARGE = 2;
    private static final int PART_BYTES = 1 << 20;
    private static final int KEY_BYTES = 11;
    /** In the place of an expiry, which is not recorded. */
    static final long UNKNOWN = 0;

    private static final String NAME = "change record";

    private final OrderedStore store;

    ChangeRecords(OrderedStore store) {
        this.store = store;
    }

    /**
     * A record that was found.
     *
     * @param whole false for a commit that was too large
     */
    record Found(long seqno, long ticket, long bytes, boolean whole) {}

    /** Adds a record to the batch of its commit, after everything else. */
    static void add(WriteBatch batch, long ticket, byte[] record) {
        int part = 0;
        for (int from = 0; from < record.length; from += PART_BYTES) {
            int length = Math.min(PART_BYTES, record.length - from);
            byte[] bytes = length == record.length ? record : Arrays.copyOfRange(record, from, from + length);
            batch.put(KeyLayout.changes(ticket, part++), bytes);
        }
    }

    /** To remove records with tickets from {@code from} to {@code to}; nothing up to {@code seqno} is kept any more. */
    record Trim(long from, long to, long seqno, int count, long bytes) {}

    static void trim(WriteBatch batch, Trim trim) {
        batch.deleteRange(KeyLayout.changes(trim.from, 0), KeyLayout.changes(trim.to, 0));
        putStart(batch, trim.seqno);
    }

    static void putStart(WriteBatch batch, long seqno) {
        batch.put(KeyLayout.changes(), ByteBuffer.allocate(8).putLong(seqno).array());
    }

    /** Removes all records and what belongs to them. */
    static void removeAll(WriteBatch batch) {
        batch.deleteRange(KeyLayout.changes(), KeyLayout.changesEnd());
    }

    /** Whether there is anything to remove. */
    boolean exist() {
        try (StoreCursor cursor = store.latest().scan(KeyLayout.changes(), KeyLayout.changesEnd(), false)) {
            return cursor.next();
        }
    }

    /** The sequence number after which changes are kept. */
    long start() {
        StoredValue stored = store.latest().get(KeyLayout.changes());
        if (stored == null || stored.value().length != 8) {
            throw new CorruptionException(NAME, -1, "the start of recorded changes is missing");
        }
        return ByteBuffer.wrap(stored.value()).getLong();
    }

    /** All records, by rising ticket. */
    List<Found> list() {
        List<Found> all = new ArrayList<>();
        try (StoreCursor cursor = store.latest().scan(KeyLayout.changes(0, 0), KeyLayout.changesEnd(), false)) {
            while (cursor.next()) {
                byte[] part = cursor.value();
                if (cursor.key().length != KEY_BYTES || part.length == 0) {
                    throw new CorruptionException(
                            NAME, -1, "key of " + cursor.key().length + " bytes, part of " + part.length);
                }
                long ticket = KeyLayout.ticket(cursor.key());
                int last = all.size() - 1;
                if (last >= 0 && all.get(last).ticket == ticket) {
                    Found begun = all.get(last);
                    all.set(last, new Found(cursor.seqno(), ticket, begun.bytes + part.length, begun.whole));
                } else {
                    all.add(new Found(cursor.seqno(), ticket, part.length, part[0] == FORMAT));
                }
            }
        }
        return all;
    }

    /** The changes in a record, or null if it is gone. */
    @Nullable
    List<RecordedChange> read(long ticket) {
        ByteWriter record = new ByteWriter(1024);
        try (StoreCursor cursor =
                store.latest().scan(KeyLayout.changes(ticket, 0), KeyLayout.changes(ticket + 1, 0), false)) {
            while (cursor.next()) {
                byte[] part = cursor.value();
                record.putRaw(part, 0, part.length);
            }
        }
        return record.length() == 0 ? null : decode(record.array(), record.length());
    }

    /** What stands for a commit that is too large to be recorded. */
    static byte[] tooLarge() {
        return new byte[] {TOO_LARGE};
    }

    static byte[] encode(List<RecordedChange> changes) {
        Map<String, Integer> positions = new LinkedHashMap<>();
        long bytes = 64;
        for (RecordedChange change : changes) {
            bytes += change.bytes();
            positions.putIfAbsent(change.store(), positions.size());
        }
        ByteWriter out = new ByteWriter((int) Math.min(bytes, 1 << 30));
        out.putByte(FORMAT).putVarLong(positions.size());
        positions.keySet().forEach(name -> out.putBytes(name.getBytes(StandardCharsets.UTF_8)));
        out.putVarLong(changes.size());
        for (RecordedChange change : changes) {
            out.putVarLong(positions.getOrDefault(change.store(), 0)).putBytes(change.primaryKey());
            putDocument(out, change.before());
            putDocument(out, change.after());
        }
        return out.toBytes();
    }

    private static void putDocument(ByteWriter out, byte @Nullable [] document) {
        if (document == null) {
            out.putByte(0);
        } else {
            out.putByte(1).putBytes(document);
        }
    }

    private static List<RecordedChange> decode(byte[] record, int length) {
        ByteReader in = new ByteReader(record, 0, length, NAME);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new CorruptionException(NAME, 0, "expected format " + FORMAT + ", found " + format);
        }
        String[] names = new String[in.readVarInt(length)];
        for (int i = 0; i < names.length; i++) {
            names[i] = new String(in.readBytes(), StandardCharsets.UTF_8);
        }
        int count = in.readVarInt(length);
        List<RecordedChange> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = names[in.readVarInt(names.length - 1)];
            changes.add(new RecordedChange(name, in.readBytes(), readDocument(in), readDocument(in), UNKNOWN));
        }
        return List.copyOf(changes);
    }

    private static byte @Nullable [] readDocument(ByteReader in) {
        return in.readByte() == 0 ? null : in.readBytes();
    }
}
