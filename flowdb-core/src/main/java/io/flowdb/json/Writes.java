package io.flowdb.json;

import io.flowdb.StoreReader.StoredValue;
import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.MissingKeyException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The writes of one store: turns calls into changes of a {@link ChangeSet}.
 *
 * @param database for limits, clock and counters
 * @param set receives the changes
 * @param def the store
 * @param brought keys of the changes of the set
 */
record Writes(Database database, ChangeSet set, StoreDef def, BroughtKeys brought) {

    /** How a put treats the key. */
    enum Mode {
        /** Replaces a document with the same key. */
        PUT,
        /** Refuses to. */
        ADD,
        /** Makes a new key. */
        GENERATE
    }

    /** How a document has to be put: with a new key if it brings none along and the store makes keys. */
    static Mode mode(StoreDef def, JsonNode document, boolean add) {
        if (def.schema.autoIncrement()) {
            JsonNode key = def.keyPath.find(document);
            if (key == null || key.isNull()) {
                return Mode.GENERATE;
            }
        }
        return add ? Mode.ADD : Mode.PUT;
    }

    /** Stores a document and returns its key. */
    Object put(JsonNode document, PutOptions options, Mode mode) {
        Objects.requireNonNull(options, "options");
        byte[] documentKey = mode == Mode.GENERATE ? generateKey(document) : keyOf(document);
        Before before = before(documentKey);
        if (mode != Mode.PUT) {
            while (before.exists()) {
                if (mode == Mode.ADD) {
                    set.observed(documentKey);
                    throw new DocumentExistsException(def.name, def.keyOf(documentKey));
                }
                documentKey = generateKey(document);
                before = before(documentKey);
            }
        }
        long now = database.nowMicros();
        DocumentCodec.Encoded encoded = database.codec.encode(def.name, document, now);
        long expireAt = def.expireAt(options, database.defaultTtl, now);
        Change.Base base = before.base(def, documentKey);
        set.put(Change.put(def, documentKey, base, encoded, expireAt, database.limits), before.earlier);
        brought.add(def, documentKey);
        return def.keyOf(documentKey);
    }

    /**
     * A document before a write.
     *
     * @param earlier what this set has made of it already, or null
     * @param committed its committed state, or null
     */
    private record Before(
            @Nullable Change earlier, @Nullable StoredValue committed) {

        boolean exists() {
            return earlier != null ? earlier.after != null : committed != null;
        }

        /** The document as the set leaves it, or null. */
        @Nullable
        StoredValue current() {
            if (earlier == null) {
                return committed;
            }
            return earlier.after == null ? null : new StoredValue(earlier.after, 0, earlier.expireAt);
        }

        Change.Base base(StoreDef def, byte[] documentKey) {
            return earlier != null ? earlier.base() : Change.Base.of(def, documentKey, committed);
        }
    }

    private Before before(byte[] documentKey) {
        Change earlier = set.find(documentKey);
        return new Before(earlier, earlier != null ? earlier.before : set.committed(def, documentKey));
    }

    private byte[] keyOf(JsonNode document) {
        byte[] key = def.documentKeyOf(document, database.limits);
        if (key == null) {
            throw new MissingKeyException(def.name, def.schema.keyPath());
        }
        return key;
    }

    private byte[] generateKey(JsonNode document) {
        if (!def.schema.autoIncrement()) {
            throw new SchemaConflictException(def.name, "it makes no keys (autoIncrement = false, needed: true)");
        }
        long key = database.counters.take(def, brought);
        if (!(document instanceof ObjectNode object) || !def.keyPath.set(object, number(key))) {
            throw new MissingKeyException(def.name, def.schema.keyPath());
        }
        return def.documentKey((Object) key, database.limits);
    }

    /** The node that reading the number back gives. */
    private static JsonNode number(long key) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return key <= Integer.MAX_VALUE ? nodes.numberNode((int) key) : nodes.numberNode(key);
    }

    /**
     * Stores a document in place of the one with its key, with the expiry of an update, or that of a put if there is
     * none.
     */
    void replace(JsonNode document) {
        byte[] documentKey = keyOf(document);
        Before before = before(documentKey);
        StoredValue current = before.current();
        long now = database.nowMicros();
        DocumentCodec.Encoded encoded = database.codec.encode(def.name, document, now);
        long expireAt = current == null
                ? def.expireAt(PutOptions.DEFAULT, database.defaultTtl, now)
                : expireAtOfUpdate(current, now);
        Change.Base base = before.base(def, documentKey);
        set.put(Change.put(def, documentKey, base, encoded, expireAt, database.limits), before.earlier);
    }

    private long expireAtOfUpdate(StoredValue current, long now) {
        return def.ttl(database.defaultTtl) == null
                ? current.expireAt()
                : def.expireAt(PutOptions.DEFAULT, database.defaultTtl, now);
    }

    /**
     * Replaces a document by what {@code change} makes of it; its expiry starts anew if its store, or the
     * configuration, has one, else it stays.
     */
    @Nullable
    JsonNode update(Object key, UnaryOperator<@Nullable JsonNode> change) {
        Objects.requireNonNull(change, "change");
        byte[] documentKey = def.documentKey(key, database.limits);
        set.observed(documentKey);
        Before before = before(documentKey);
        StoredValue current = before.current();
        if (current == null) {
            return null;
        }
        JsonNode document = DocumentCodec.decode(current.value());
        // The entries are taken before the document is handed out, which may be changed then.
        Change.Base base = before.earlier != null
                ? before.earlier.base()
                : new Change.Base(current, def.storedEntries(document, documentKey));
        JsonNode updated = change.apply(document);
        if (updated == null) {
            return null;
        }
        checkKeyStays(documentKey, updated);
        long now = database.nowMicros();
        DocumentCodec.Encoded encoded = database.codec.encode(def.name, updated, now);
        long expireAt = expireAtOfUpdate(current, now);
        // The function may have written the document itself.
        set.put(Change.put(def, documentKey, base, encoded, expireAt, database.limits), set.find(documentKey));
        return encoded.document();
    }

    private void checkKeyStays(byte[] documentKey, JsonNode document) {
        if (!Arrays.equals(keyOf(document), documentKey)) {
            throw new InvalidKeyException(def.name, "an update must not change the primary key");
        }
    }

    /** Deletes a document; false if there is none. */
    boolean delete(byte[] documentKey) {
        Before before = before(documentKey);
        if (!before.exists()) {
            set.observed(documentKey);
            return false;
        }
        Change.Base base = before.base(def, documentKey);
        set.put(Change.delete(def, documentKey, base), before.earlier);
        return true;
    }
}
