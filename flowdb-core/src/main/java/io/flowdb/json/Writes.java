package io.flowdb.json;

import io.flowdb.StoreReader.StoredValue;
import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.MissingKeyException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.Arrays;
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
 */
record Writes(Database database, ChangeSet set, StoreDef def) {

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
        byte[] documentKey = mode == Mode.GENERATE ? generateKey(document) : keyOf(document);
        Change.Base base = set.base(def, documentKey, database.limits);
        if (mode != Mode.PUT) {
            while (exists(documentKey, base)) {
                if (mode == Mode.ADD) {
                    throw new DocumentExistsException(def.name, def.keyOf(documentKey));
                }
                documentKey = generateKey(document);
                base = set.base(def, documentKey, database.limits);
            }
        }
        if (mode != Mode.GENERATE) {
            database.counters.advance(def, documentKey);
        }
        put(documentKey, base, document, options);
        return def.keyOf(documentKey);
    }

    private void put(byte[] documentKey, Change.Base base, JsonNode document, PutOptions options) {
        long now = database.nowMicros();
        DocumentCodec.Encoded encoded = database.codec.encode(def.name, document, now);
        set.put(Change.put(
                def, documentKey, base, encoded, def.expireAt(options, database.defaultTtl, now), database.limits));
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
        long key = database.counters.take(def);
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

    private boolean exists(byte[] documentKey, Change.Base base) {
        Change earlier = set.find(documentKey);
        return earlier != null ? earlier.after != null : base.value() != null;
    }

    /** The document as this set leaves it, or null. */
    private @Nullable StoredValue current(byte[] documentKey, Change.Base base) {
        Change earlier = set.find(documentKey);
        if (earlier == null) {
            return base.value();
        }
        return earlier.after == null ? null : new StoredValue(earlier.after, 0, earlier.expireAt);
    }

    /** Replaces a document by what {@code change} makes of it; its expiry starts anew if its store, or the configuration, has one, else it stays. */
    @Nullable
    JsonNode update(Object key, UnaryOperator<@Nullable JsonNode> change) {
        byte[] documentKey = def.documentKey(key, database.limits);
        Change.Base base = set.base(def, documentKey, database.limits);
        StoredValue current = current(documentKey, base);
        if (current == null) {
            return null;
        }
        JsonNode updated = change.apply(DocumentCodec.decode(current.value()));
        if (updated == null) {
            return null;
        }
        checkKeyStays(documentKey, updated);
        long now = database.nowMicros();
        DocumentCodec.Encoded encoded = database.codec.encode(def.name, updated, now);
        long expireAt = def.ttl(database.defaultTtl) == null
                ? current.expireAt()
                : def.expireAt(PutOptions.DEFAULT, database.defaultTtl, now);
        set.put(Change.put(def, documentKey, base, encoded, expireAt, database.limits));
        return encoded.document();
    }

    private void checkKeyStays(byte[] documentKey, JsonNode document) {
        if (!Arrays.equals(keyOf(document), documentKey)) {
            throw new InvalidKeyException(def.name, "an update must not change the primary key");
        }
    }

    /** Deletes a document; false if there is none. */
    boolean delete(byte[] documentKey) {
        Change.Base base = set.base(def, documentKey, database.limits);
        boolean existed = exists(documentKey, base);
        if (existed) {
            set.put(Change.delete(def, documentKey, base));
        }
        return existed;
    }
}
