package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Compares the indexes of a store with its documents. Threads: one. */
final class IndexVerifier {
    /*
     * To look each entry up costs a read at a random place for each, to walk documents and indexes does not: so their
     * entries are compared by number and by the sum of their hashes first, which order does not matter to. Sums of
     * 64 bits with a seed of their own agree by chance once in 2^64. Only if some differ is each entry looked up, to
     * tell which.
     */
    private static final int MAX_PROBLEMS = 100;

    private final StoreReader reader;
    private final StoreView view;
    private final StoreDef def;
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final List<String> problems = new ArrayList<>();
    private long documents;
    private long expected;
    private long entries;

    private IndexVerifier(StoreView view, StoreDef def) {
        this.view = view;
        this.reader = view.reader();
        this.def = def;
    }

    static IndexCheck verify(Session session, StoreDef def) {
        IndexVerifier sums = new IndexVerifier(session.view(), def);
        if (!def.hasStaleEntries() && sums.agree()) {
            return new IndexCheck(sums.documents, sums.entries, List.of());
        }
        IndexVerifier verifier = new IndexVerifier(session.view(), def);
        verifier.checkDocuments();
        verifier.indexes().forEach(verifier::countEntries);
        if (verifier.entries != verifier.expected) {
            verifier.problem(
                    "store " + def.name + ": " + verifier.expected + " entries expected, found " + verifier.entries);
        }
        return new IndexCheck(verifier.documents, verifier.entries, List.copyOf(verifier.problems));
    }

    private List<IndexDef> indexes() {
        return def.indexes.stream().filter(index -> !index.building).toList();
    }

    /** The entries of one index, in any order. */
    private final class Sum {
        private long count;
        private long hash;

        void add(byte[] storedKey, byte[] storedValue, long expireAt) {
            long key = KeyHash.of(storedKey, 0, storedKey.length);
            long value = KeyHash.of(storedValue, 0, storedValue.length);
            count++;
            hash += KeyHash.mix(seed ^ key + KeyHash.mix(value + KeyHash.mix(expireAt)));
        }
    }

    /** Whether the indexes hold what the documents say, as far as sums tell. */
    private boolean agree() {
        Map<Integer, Sum> sums = new HashMap<>();
        indexes().forEach(index -> sums.put(index.id, new Sum()));
        try (StoreCursor cursor = reader.scan(def.prefix, def.end, false)) {
            while (cursor.next()) {
                documents++;
                for (IndexEntry entry : entriesOf(cursor)) {
                    Sum sum = sums.get(entry.index.id);
                    if (sum != null) {
                        sum.add(entry.storedKey(), entry.storedValue(), cursor.expireAt());
                    }
                }
            }
        }
        for (IndexDef index : indexes()) {
            Sum wanted = sums.get(index.id);
            Sum found = new Sum();
            try (StoreCursor cursor = reader.scan(index.prefix, index.end, false)) {
                while (cursor.next()) {
                    found.add(cursor.key(), cursor.value(), cursor.expireAt());
                }
            }
            entries += found.count;
            if (wanted == null || found.count != wanted.count || found.hash != wanted.hash) {
                return false;
            }
        }
        return true;
    }

    private IndexEntry[] entriesOf(StoreCursor cursor) {
        return def.storedEntries(DocumentCodec.decode(cursor.value()), cursor.key());
    }

    /** Every entry of every document is there; as each is looked up by its own key, equal numbers mean equal sets. */
    private void checkDocuments() {
        try (StoreCursor cursor = reader.scan(def.prefix, def.end, false)) {
            while (cursor.next()) {
                documents++;
                for (IndexEntry entry : entriesOf(cursor)) {
                    if (!entry.index.building) {
                        expected++;
                        check(entry, cursor.key(), cursor.expireAt());
                    }
                }
            }
        }
    }

    private void check(IndexEntry entry, byte[] documentKey, long expireAt) {
        StoredValue stored = reader.get(entry.storedKey());
        String what = "index " + entry.index.schema.name() + ", document " + def.keyOf(documentKey) + ": ";
        if (stored == null) {
            problem(what + "entry is missing");
        } else if (!Arrays.equals(stored.value(), entry.storedValue())) {
            problem(what + "entry belongs to another document");
        } else if (stored.expireAt() != expireAt) {
            problem(what + "entry expires at " + stored.expireAt() + ", document at " + expireAt);
        }
    }

    private void countEntries(IndexDef index) {
        try (StoreCursor cursor = view.entries(index, index.prefix, index.end, false)) {
            while (cursor.next()) {
                entries++;
            }
        }
    }

    private void problem(String problem) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(problem);
        }
    }
}
