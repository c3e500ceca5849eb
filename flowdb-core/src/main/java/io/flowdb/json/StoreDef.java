package io.flowdb.json;

import io.flowdb.FlowRecord;
import io.flowdb.error.IndexNotFoundException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyTags;
import io.flowdb.internal.json.KeyWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An object store as the code uses it: its number, its parsed key path, its place in the store below. Immutable. */
final class StoreDef {
    final int id;
    /** The definition, without indexes that are being built. */
    final StoreSchema schema;

    final String name;
    final KeyPath keyPath;
    final byte[] prefix;
    final byte[] end;
    final byte[] counterKey;
    /** All indexes, also those being built. */
    final List<IndexDef> indexes;
    /** Properties of a document in which its index entries can lie. */
    final Set<String> indexedProperties;

    StoreDef(int id, StoreSchema schema, List<IndexDef> indexes) {
        this.id = id;
        this.name = schema.name();
        this.indexes = List.copyOf(indexes);
        this.indexedProperties =
                indexes.stream().flatMap(index -> index.properties.stream()).collect(Collectors.toUnmodifiableSet());
        this.schema = schema.withIndexes(indexes.stream()
                .filter(index -> !index.building)
                .map(index -> index.schema)
                .toList());
        this.keyPath = KeyPath.of(schema.keyPath());
        this.prefix = KeyLayout.documents(id);
        this.end = Objects.requireNonNull(Keys.prefixEnd(prefix));
        this.counterKey = KeyLayout.counter(id);
    }

    /** The same store with one more index. */
    StoreDef with(IndexDef index) {
        List<IndexDef> more = new ArrayList<>(indexes);
        more.add(index);
        return new StoreDef(id, schema, more);
    }

    /**
     * Whether a writer that knows the store as it is here may write it as {@code present} has it: indexes are the same,
     * and no entries are to be passed over that were not before.
     */
    boolean isStill(@Nullable StoreDef present) {
        if (present == null || present.id != id || !present.schema.equals(schema)) {
            return false;
        }
        boolean still = present.indexes.size() == indexes.size();
        for (int i = 0; still && i < indexes.size(); i++) {
            still = indexes.get(i).isStill(present.indexes.get(i));
        }
        return still;
    }

    /** Indexes that are being built. */
    List<IndexDef> building() {
        return indexes.stream().filter(index -> index.building).toList();
    }

    /** The same store without indexes that are being built. */
    StoreDef withoutBuilding() {
        return new StoreDef(
                id, schema, indexes.stream().filter(index -> !index.building).toList());
    }

    /** The same store whose indexes have the entries {@code stale} as well that nobody may see. */
    StoreDef leaving(StaleEntries stale) {
        return withIndexes(index -> {
            List<StaleEntries> more = new ArrayList<>(index.stale);
            more.add(stale);
            return index.withStale(more);
        });
    }

    /** The same store whose indexes have no entries that nobody may see. */
    StoreDef swept() {
        return withIndexes(index -> index.stale.isEmpty() ? index : index.withStale(List.of()));
    }

    private StoreDef withIndexes(UnaryOperator<IndexDef> change) {
        return new StoreDef(id, schema, indexes.stream().map(change).toList());
    }

    /** Whether an index has entries that nobody may see. */
    boolean hasStaleEntries() {
        return indexes.stream().anyMatch(index -> !index.stale.isEmpty());
    }

    /** The readable index of this name. */
    IndexDef index(String index) {
        for (IndexDef def : indexes) {
            if (def.schema.name().equals(index) && !def.building) {
                return def;
            }
        }
        throw new IndexNotFoundException(
                name,
                index,
                "existing: " + schema.indexes().stream().map(IndexSchema::name).toList());
    }

    /** The key of a document in the store below. */
    byte[] documentKey(Object key, JsonLimits limits) {
        KeyWriter writer = new KeyWriter(prefix);
        try {
            writer.add(key);
        } catch (InvalidKeyException e) {
            throw new InvalidKeyException(name, String.valueOf(e.getMessage()).replaceFirst("^Invalid key: ", ""));
        }
        return checked(writer, limits);
    }

    /** The key of a document with this value at its key path, or null if the value is absent or null. */
    byte @Nullable [] documentKeyOf(JsonNode document, JsonLimits limits) {
        JsonNode value = keyPath.find(document);
        if (value == null || value.isNull()) {
            return null;
        }
        KeyWriter writer = new KeyWriter(prefix);
        if (!writer.addJson(value)) {
            throw new InvalidKeyException(name, "a JSON " + value.getNodeType() + " or what it contains is no key");
        }
        return checked(writer, limits);
    }

    private byte[] checked(KeyWriter writer, JsonLimits limits) {
        int length = writer.length() - prefix.length;
        if (length > limits.maxKeyBytes()) {
            throw new LimitExceededException(name, "key bytes", limits.maxKeyBytes(), length);
        }
        byte[] key = writer.toBytes();
        if (key[prefix.length] == KeyTags.NULL) {
            throw new InvalidKeyException(name, "null is no primary key");
        }
        if (key[prefix.length] == KeyTags.TEXT && !limits.allowNulInKeys() && containsNul(key)) {
            throw new InvalidKeyException(name, "text that contains U+0000 (see JsonLimits.allowNulInKeys)");
        }
        return key;
    }

    /** U+0000 is encoded as 01 01, and 01 occurs only as the first of two. */
    private boolean containsNul(byte[] key) {
        for (int i = prefix.length + 1; i < key.length - 1; i++) {
            if (key[i] == 1) {
                if (key[i + 1] == 1) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** The key of a document with this encoded primary key. */
    byte[] documentKey(byte[] primaryKey) {
        return Keys.concat(prefix, primaryKey);
    }

    /** The encoded primary key in the key of a document. */
    byte[] primaryKey(byte[] documentKey) {
        return Arrays.copyOfRange(documentKey, prefix.length, documentKey.length);
    }

    /** The primary key in the key of a document, as a Java value. */
    Object keyOf(byte[] documentKey) {
        return KeyReader.decodeKey(documentKey, prefix.length);
    }

    /** Where a range of primary keys begins. */
    byte[] start(KeyRange range) {
        return Objects.requireNonNull(range, "range").isAll() ? prefix : documentKey(range.start());
    }

    /** Where a range of primary keys ends. */
    byte[] end(KeyRange range) {
        return range.isAll() ? end : documentKey(range.end());
    }

    /** Every index entry of a document that is stored, whatever the limits were when it was written. */
    IndexEntry[] storedEntries(JsonNode document, byte[] documentKey) {
        return entries(document, documentKey, Keys.MAX_KEY_BYTES);
    }

    /** Every index entry of a document to be stored, sorted, each once. */
    IndexEntry[] entries(JsonNode document, byte[] documentKey, JsonLimits limits) {
        return entries(document, documentKey, limits.maxKeyBytes());
    }

    private IndexEntry[] entries(JsonNode document, byte[] documentKey, int maxKeyBytes) {
        if (indexes.isEmpty()) {
            return IndexEntry.NONE;
        }
        byte[] primaryKey = primaryKey(documentKey);
        List<IndexEntry> entries = new ArrayList<>(indexes.size() + 2);
        for (IndexDef index : indexes) {
            index.addEntries(document, primaryKey, maxKeyBytes, entries);
        }
        Collections.sort(entries);
        int kept = 0;
        for (int i = 0; i < entries.size(); i++) {
            if (i == 0 || !entries.get(i).equals(entries.get(i - 1))) {
                entries.set(kept++, entries.get(i));
            }
        }
        return entries.subList(0, kept).toArray(IndexEntry[]::new);
    }

    /** When a document written now expires: as its put says, else its store, else {@code defaultTtl}. */
    long expireAt(PutOptions options, @Nullable Duration defaultTtl, long nowMicros) {
        Duration ttl = options.ttl() != null ? options.ttl() : ttl(defaultTtl);
        if (ttl == null || options.neverExpires()) {
            return FlowRecord.NEVER;
        }
        long micros;
        try {
            micros = Math.addExact(Math.multiplyExact(ttl.getSeconds(), 1_000_000L), ttl.getNano() / 1000);
        } catch (ArithmeticException e) {
            return FlowRecord.NEVER;
        }
        long expireAt = nowMicros + Math.max(1, micros);
        return expireAt < nowMicros ? FlowRecord.NEVER : expireAt;
    }

    /** Time to live of documents whose put names none. */
    @Nullable
    Duration ttl(@Nullable Duration defaultTtl) {
        return schema.ttl() != null ? schema.ttl() : defaultTtl;
    }
}
