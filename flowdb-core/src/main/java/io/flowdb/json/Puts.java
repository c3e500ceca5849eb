package io.flowdb.json;

import io.flowdb.internal.json.KeyPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Documents of the caller that one operation puts. How each is put is decided once, as an attempt sets the keys it
 * generates in them; they are taken out again if the operation fails. Threads: one.
 */
final class Puts {
    private final List<JsonNode> documents = new ArrayList<>(1);
    private final List<Writes.Mode> modes = new ArrayList<>(1);
    /** Where keys will be set. */
    private final List<KeyPath.Place> places = new ArrayList<>(0);

    private Puts() {}

    /** Each is put with the key it brings along, or a generated one; {@code add} refuses keys that exist. */
    static Puts of(StoreDef def, Collection<? extends JsonNode> documents, boolean add) {
        Puts puts = new Puts();
        for (JsonNode document : Objects.requireNonNull(documents, "documents")) {
            puts.add(def, document, Writes.mode(def, Objects.requireNonNull(document, "document"), add));
        }
        return puts;
    }

    /** Put with a generated key. */
    static Puts withNewKey(StoreDef def, ObjectNode document) {
        Puts puts = new Puts();
        puts.add(def, document, Writes.Mode.GENERATE);
        return puts;
    }

    private void add(StoreDef def, JsonNode document, Writes.Mode mode) {
        documents.add(Objects.requireNonNull(document, "document"));
        modes.add(mode);
        if (mode == Writes.Mode.GENERATE && document instanceof ObjectNode object) {
            places.add(def.keyPath.placeIn(object));
        }
    }

    /** Puts them all, in an attempt of their operation; returns their keys in order. */
    List<Object> into(Writes writes, PutOptions options) {
        List<Object> keys = new ArrayList<>(documents.size());
        for (int i = 0; i < documents.size(); i++) {
            keys.add(writes.put(documents.get(i), options, modes.get(i)));
        }
        return keys;
    }

    /** The result of the whole operation. If it fails, the documents are as they were. */
    <R> R orAsTheyWere(Supplier<R> operation) {
        boolean done = false;
        try {
            R result = operation.get();
            done = true;
            return result;
        } finally {
            if (!done) {
                places.forEach(KeyPath.Place::restore);
            }
        }
    }
}
