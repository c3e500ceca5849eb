package io.flowdb.json;

import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyTags;
import io.flowdb.internal.json.KeyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An index as the code uses it: its number, its parsed paths, its place in the store. Immutable but for what it
 * remembers about marks; one memory serves an index as long as it exists. Threads: any.
 */
final class IndexDef {
    final int id;
    final String store;
    /** Number of the store. */
    final int storeId;

    final IndexSchema schema;
    /** Whether it is being built: kept up to date by writers, not yet read. */
    final boolean building;

    final KeyPath[] paths;
    /** Properties of a document in which its entries can lie. */
    final Set<String> properties;

    final byte[] prefix;
    final byte[] end;
    /** Entries that nobody may see any more, though they are there. */
    final List<StaleEntries> stale;

    /** Shared by all that stand for the same entries, as writers of older transactions have the older one. */
    final MarkMemory absent;

    final MarkMemory arrays;

    IndexDef(int id, String store, int storeId, IndexSchema schema, boolean building) {
        this.absent = new MarkMemory();
        this.arrays = new MarkMemory();
        this.id = id;
        this.store = store;
        this.storeId = storeId;
        this.schema = schema;
        this.building = building;
        this.paths = schema.paths().stream().map(KeyPath::of).toArray(KeyPath[]::new);
        this.properties = Arrays.stream(paths).map(KeyPath::first).collect(Collectors.toUnmodifiableSet());
        this.prefix = KeyLayout.index(id);
        this.end = Objects.requireNonNull(Keys.prefixEnd(prefix));
        this.stale = List.of();
    }

    private IndexDef(IndexDef same, List<StaleEntries> stale) {
        this.id = same.id;
        this.store = same.store;
        this.storeId = same.storeId;
        this.schema = same.schema;
        this.building = same.building;
        this.paths = same.paths;
        this.properties = same.properties;
        this.prefix = same.prefix;
        this.end = same.end;
        this.stale = List.copyOf(stale);
        this.absent = same.absent;
        this.arrays = same.arrays;
    }

    /**
     * Remembers that an index has no marks of one kind (see {@link KeyLayout}), so that queries need not look for them.
     * From the first commit that writes one they have to.
     */
    static final class MarkMemory {
        /** Set before the first commit that writes a mark. */
        private volatile boolean written;
        /** States from this number on hold no mark, as long as none was written. */
        private volatile long noneSince = Long.MAX_VALUE;

        void written() {
            if (!written) {
                written = true;
            }
        }

        boolean wasWritten() {
            return written;
        }

        boolean noneAt(long seqno) {
            return seqno >= noneSince && !written;
        }

        void noneSince(long seqno) {
            noneSince = seqno;
        }
    }

    /** The same index, readable. */
    IndexDef ready() {
        return new IndexDef(id, store, storeId, schema, false);
    }

    /** The same index with other entries that nobody may see. */
    IndexDef withStale(List<StaleEntries> other) {
        return new IndexDef(this, other);
    }

    /** Whether {@code present} has the same entries, and passes over none that this one does not pass over. */
    boolean isStill(IndexDef present) {
        return present.id == id && present.building == building && stale.containsAll(present.stale);
    }

    /** Whether nobody may see the entry {@code logicalKey} that commit {@code seqno} wrote. */
    boolean isStale(byte[] logicalKey, long seqno) {
        for (StaleEntries each : stale) {
            if (seqno <= each.through() && each.contain(logicalKey, primaryKeyAt(logicalKey), seqno)) {
                return true;
            }
        }
        return false;
    }

    /** As {@link #isStale(byte[], long)} of what is stored, see {@link IndexEntry}. */
    boolean isStale(byte[] storedKey, byte[] value, long seqno) {
        return !stale.isEmpty()
                && isStale(value.length == 0 ? storedKey : IndexEntry.logicalKey(storedKey, value), seqno);
    }

    boolean unique() {
        return schema.unique();
    }

    boolean multiEntry() {
        return schema.multiEntry();
    }

    /** Whether {@code key} is one whole index key, prefix included, under which this index stores one entry at most. */
    boolean isExclusive(byte[] key) {
        if (!unique() || (key[prefix.length] & 0xff) < KeyTags.NULL) {
            return false;
        }
        KeyReader reader = new KeyReader(key, prefix.length);
        for (int i = 0; i < paths.length; i++) {
            if (key[reader.position()] == KeyTags.NULL) {
                return false;
            }
            reader.skip();
        }
        return reader.position() == key.length;
    }

    /** A key of this index: its prefix and {@code tail}. */
    byte[] at(byte[] tail) {
        return Keys.concat(prefix, tail);
    }

    /** A key of this index: its prefix and one byte. */
    byte[] at(int tail) {
        return at(new byte[] {(byte) tail});
    }

    /** The key of the document whose entry is stored so, see {@link IndexEntry}. */
    byte[] documentKey(byte[] storedKey, byte[] value) {
        byte[] documents = KeyLayout.documents(storeId);
        int from = value.length == 0 ? primaryKeyAt(storedKey) : 0;
        byte[] primaryKey = value.length == 0 ? storedKey : value;
        byte[] key = Arrays.copyOf(documents, documents.length + primaryKey.length - from);
        System.arraycopy(primaryKey, from, key, documents.length, primaryKey.length - from);
        return key;
    }

    /** The encoded primary key in a logical key. */
    byte[] primaryKey(byte[] logicalKey) {
        return Arrays.copyOfRange(logicalKey, primaryKeyAt(logicalKey), logicalKey.length);
    }

    /** A logical key as far as the first {@code paths} of its values go. */
    byte[] beginning(byte[] logicalKey, int paths) {
        KeyReader reader = new KeyReader(logicalKey, prefix.length);
        for (int i = 0; i < paths; i++) {
            reader.skip();
        }
        return Arrays.copyOf(logicalKey, reader.position());
    }

    /** Position behind the index key in a logical key, where the primary key begins. */
    int primaryKeyAt(byte[] logicalKey) {
        if ((logicalKey[prefix.length] & 0xff) < KeyLayout.FIRST_KEY) {
            return prefix.length + 1;
        }
        KeyReader reader = new KeyReader(logicalKey, prefix.length);
        for (int i = 0; i < paths.length; i++) {
            reader.skip();
        }
        return reader.position();
    }

    /** The index key in a logical key, as a Java value. */
    @Nullable
    Object keyOf(byte[] logicalKey) {
        KeyReader reader = new KeyReader(logicalKey, prefix.length);
        if (paths.length == 1) {
            return reader.next();
        }
        List<@Nullable Object> values = new ArrayList<>(paths.length);
        for (int i = 0; i < paths.length; i++) {
            values.add(reader.next());
        }
        return Collections.unmodifiableList(values);
    }

    /** Adds the entries of a document to {@code to}. */
    void addEntries(JsonNode document, byte[] primaryKey, int maxKeyBytes, List<IndexEntry> to) {
        if (multiEntry()) {
            addElements(document, primaryKey, maxKeyBytes, to);
            return;
        }
        KeyWriter writer = new KeyWriter(prefix);
        boolean complete = true;
        boolean holdsNull = false;
        boolean holdsArray = false;
        for (KeyPath path : paths) {
            JsonNode value = path.find(document);
            int start = writer.length();
            boolean added = value != null && writer.addJson(value);
            complete &= added;
            holdsNull |= added && writer.byteAt(start) == KeyTags.NULL;
            holdsArray |= value != null && value.isArray();
        }
        if (complete) {
            to.add(entry(writer, primaryKey, maxKeyBytes, !holdsNull));
        } else {
            to.add(mark(KeyLayout.MARK_ABSENT, primaryKey));
        }
        if (holdsArray) {
            to.add(mark(KeyLayout.MARK_ARRAY, primaryKey));
        }
    }

    private void addElements(JsonNode document, byte[] primaryKey, int maxKeyBytes, List<IndexEntry> to) {
        JsonNode value = paths[0].find(document);
        int before = to.size();
        KeyWriter writer = new KeyWriter(prefix);
        if (value != null && value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                addElement(value.get(i), writer, primaryKey, maxKeyBytes, to);
            }
        } else if (value != null) {
            addElement(value, writer, primaryKey, maxKeyBytes, to);
        }
        if (to.size() == before) {
            to.add(mark(KeyLayout.MARK_ABSENT, primaryKey));
        }
    }

    private void addElement(
            JsonNode element, KeyWriter writer, byte[] primaryKey, int maxKeyBytes, List<IndexEntry> to) {
        writer.truncate(prefix.length);
        if (writer.addJson(element)) {
            boolean isNull = writer.byteAt(prefix.length) == KeyTags.NULL;
            to.add(entry(writer, primaryKey, maxKeyBytes, !isNull));
        }
    }

    private IndexEntry entry(KeyWriter writer, byte[] primaryKey, int maxKeyBytes, boolean mayBeExclusive) {
        int primaryKeyAt = writer.length();
        if (primaryKeyAt - prefix.length > maxKeyBytes) {
            throw new LimitExceededException(
                    store, "key bytes of index " + schema.name(), maxKeyBytes, primaryKeyAt - (long) prefix.length);
        }
        byte[] key = writer.raw(primaryKey).toBytes();
        if (key.length > Keys.MAX_KEY_BYTES) {
            throw new LimitExceededException(
                    store, "entry bytes of index " + schema.name(), Keys.MAX_KEY_BYTES, key.length);
        }
        return new IndexEntry(this, key, primaryKeyAt, mayBeExclusive && unique());
    }

    private IndexEntry mark(int kind, byte[] primaryKey) {
        return new IndexEntry(this, Keys.concat(at(kind), primaryKey), prefix.length + 1, false);
    }

    @Override
    public String toString() {
        return schema.name();
    }
}
