package io.flowdb.json;

import java.util.HashMap;
import java.util.Map;

/**
 * How far the keys reach that the documents of one uncommitted set of writes have, for each store that makes keys.
 * Further keys that are made for the set come behind them; the counter of a store follows with the commit, so a set
 * that is never committed moves none. Threads: one.
 */
final class BroughtKeys {
    /** By number of the store: one more than the largest integer part of a key. */
    private final Map<Integer, Long> ends;

    BroughtKeys() {
        this(Map.of());
    }

    private BroughtKeys(Map<Integer, Long> ends) {
        this.ends = new HashMap<>(ends);
    }

    /** The first number behind all keys of a store. */
    long end(StoreDef store) {
        return ends.getOrDefault(store.id, 1L);
    }

    /** Notes the key of a document that is to be written. */
    void add(StoreDef store, byte[] documentKey) {
        if (store.schema.autoIncrement()) {
            ends.merge(store.id, Counters.integerPart(store, documentKey) + 1, Math::max);
        }
    }

    /** What is noted now, for {@link #reset}. */
    BroughtKeys copy() {
        return new BroughtKeys(ends);
    }

    /** Forgets what was noted since {@code copy} was made. */
    void reset(BroughtKeys copy) {
        ends.clear();
        ends.putAll(copy.ends);
    }
}
