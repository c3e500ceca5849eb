package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.internal.base.Arguments;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The reads of one store in one view.
 *
 * @param view the state
 * @param def the store
 * @param limits of the database
 */
record Reads(View view, StoreDef def, JsonLimits limits) {

    /** Keys whose documents are prefetched together. */
    static final int READ_AHEAD = 32;

    @Nullable
    JsonNode get(Object key) {
        StoredValue stored = view.get(def.documentKey(key, limits));
        return stored == null ? null : DocumentCodec.decode(stored.value());
    }

    byte @Nullable [] getRaw(Object key) {
        StoredValue stored = view.get(def.documentKey(key, limits));
        return stored == null ? null : DocumentCodec.text(stored.value());
    }

    <T> Optional<T> get(Object key, Class<T> type) {
        Objects.requireNonNull(type, "type");
        StoredValue stored = view.get(def.documentKey(key, limits));
        return stored == null
                ? Optional.empty()
                : Optional.of(DocumentCodec.convert(DocumentCodec.decode(stored.value()), type));
    }

    boolean exists(Object key) {
        return view.exists(def.documentKey(key, limits));
    }

    Optional<DocumentMeta> getWithMeta(Object key) {
        byte[] documentKey = def.documentKey(key, limits);
        StoredValue stored = view.get(documentKey);
        if (stored == null) {
            return Optional.empty();
        }
        byte[] value = stored.value();
        return Optional.of(new DocumentMeta(
                def.keyOf(documentKey),
                DocumentCodec.decode(value),
                stored.seqno(),
                DocumentCodec.writtenMicros(value),
                stored.expireAt()));
    }

    List<JsonNode> getAll(Collection<?> keys) {
        List<JsonNode> documents =
                new ArrayList<>(Objects.requireNonNull(keys, "keys").size());
        List<byte[]> ahead = new ArrayList<>();
        for (Object key : keys) {
            ahead.add(def.documentKey(key, limits));
            if (ahead.size() == READ_AHEAD) {
                addDocuments(ahead, documents);
            }
        }
        addDocuments(ahead, documents);
        return documents;
    }

    List<JsonNode> getAll(KeyRange range, int limit) {
        Arguments.check(limit >= 0, "limit", limit, "0 or more");
        List<JsonNode> documents = new ArrayList<>();
        DocumentBuffer buffer = new DocumentBuffer();
        try (StoreCursor cursor = documents(range, false)) {
            while (documents.size() < limit && cursor.next()) {
                documents.add(buffer.decode(cursor));
            }
        }
        return documents;
    }

    List<Object> getAllKeys(KeyRange range, int limit) {
        Arguments.check(limit >= 0, "limit", limit, "0 or more");
        List<Object> keys = new ArrayList<>();
        try (StoreCursor cursor = documents(range, false)) {
            while (keys.size() < limit && cursor.next()) {
                keys.add(def.keyOf(cursor.key()));
            }
        }
        return keys;
    }

    long count(KeyRange range) {
        try (StoreCursor cursor = documents(range, false)) {
            long count = 0;
            while (cursor.next()) {
                count++;
            }
            return count;
        }
    }

    StoreCursor documents(KeyRange range, boolean reverse) {
        return view.documents(def.start(range), def.end(range), reverse);
    }

    List<JsonNode> getByIndex(String indexName, @Nullable Object value) {
        IndexDef index = def.index(indexName);
        KeyWriter writer = new KeyWriter(index.prefix);
        boolean whole = addValues(index, value, writer);
        byte[] start = writer.toBytes();
        if (whole && index.unique() && !containsNull(index, value)) {
            return fetch(view.holders(index, start));
        }
        return fetch(index, start, Objects.requireNonNull(Keys.prefixEnd(start)));
    }

    private List<JsonNode> fetch(List<byte[]> primaryKeys) {
        List<JsonNode> documents = new ArrayList<>(primaryKeys.size());
        for (byte[] primaryKey : primaryKeys) {
            addDocument(def.documentKey(primaryKey), documents);
        }
        return documents;
    }

    private void addDocument(byte[] documentKey, List<JsonNode> to) {
        StoredValue stored = view.get(documentKey);
        if (stored != null) {
            to.add(DocumentCodec.decode(stored.value()));
        }
    }

    /** Adds the documents of some keys, which it takes out of the list. */
    private void addDocuments(List<byte[]> documentKeys, List<JsonNode> to) {
        view.prefetch(documentKeys);
        documentKeys.forEach(key -> addDocument(key, to));
        documentKeys.clear();
    }

    private static boolean containsNull(IndexDef index, @Nullable Object value) {
        if (index.paths.length == 1) {
            return value == null || (value instanceof JsonNode node && node.isNull());
        }
        return values(value).stream().anyMatch(v -> v == null || (v instanceof JsonNode node && node.isNull()));
    }

    /** Appends the values of an index key and returns whether they are all of it. */
    private static boolean addValues(IndexDef index, @Nullable Object value, KeyWriter to) {
        if (index.paths.length == 1) {
            to.add(value);
            return true;
        }
        List<?> values = values(value);
        if (values.isEmpty() || values.size() > index.paths.length) {
            throw new InvalidQueryException("index '" + index.schema.name() + "' has " + index.paths.length
                    + " values, got " + values.size() + " (allowed: all, or the leading ones)");
        }
        values.forEach(to::add);
        return values.size() == index.paths.length;
    }

    private static List<?> values(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        if (value instanceof JsonNode node && node.isArray()) {
            List<JsonNode> list = new ArrayList<>();
            node.forEach(list::add);
            return list;
        }
        return Arrays.asList(value);
    }

    List<JsonNode> getByIndex(String indexName, @Nullable KeyRange range) {
        if (range == null) {
            return getByIndex(indexName, (Object) null);
        }
        IndexDef index = def.index(indexName);
        byte[][] bounds = bounds(index, range);
        return bounds == null ? new ArrayList<>() : fetch(index, bounds[0], bounds[1]);
    }

    /** The part of an index that a range of its keys covers; null if there is none. */
    static byte @Nullable [][] bounds(IndexDef index, KeyRange range) {
        byte[][] bounds = index.paths.length == 1
                ? new byte[][] {range.start(), range.end()}
                : range.compound(index.paths.length);
        if (bounds == null || Arrays.compareUnsigned(bounds[0], bounds[1]) >= 0) {
            return null;
        }
        return new byte[][] {index.at(bounds[0]), index.at(bounds[1])};
    }

    private List<JsonNode> fetch(IndexDef index, byte[] start, byte[] end) {
        List<JsonNode> documents = new ArrayList<>();
        Set<ByteBuffer> seen = index.multiEntry() ? new HashSet<>() : Set.of();
        List<byte[]> ahead = new ArrayList<>();
        try (StoreCursor entries = view.entries(index, start, end, false)) {
            while (entries.next()) {
                byte[] logical = entries.key();
                byte[] primaryKey = index.primaryKey(logical);
                if (index.multiEntry() && !seen.add(ByteBuffer.wrap(primaryKey))) {
                    continue;
                }
                ahead.add(def.documentKey(primaryKey));
                if (ahead.size() == READ_AHEAD) {
                    addDocuments(ahead, documents);
                }
            }
            addDocuments(ahead, documents);
        }
        return documents;
    }
}
