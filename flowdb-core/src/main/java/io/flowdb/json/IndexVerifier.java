package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Compares the indexes of a store with its documents. Threads: one. */
final class IndexVerifier {
    private static final int MAX_PROBLEMS = 100;

    private final StoreReader reader;
    private final StoreView view;
    private final StoreDef def;
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
        IndexVerifier verifier = new IndexVerifier(session.view(), def);
        verifier.checkDocuments();
        def.indexes.stream().filter(index -> !index.building).forEach(verifier::countEntries);
        if (verifier.entries != verifier.expected) {
            verifier.problem(
                    "store " + def.name + ": " + verifier.expected + " entries expected, found " + verifier.entries);
        }
        return new IndexCheck(verifier.documents, verifier.entries, List.copyOf(verifier.problems));
    }

    /** Every entry of every document is there; as each is looked up by its own key, equal numbers mean equal sets. */
    private void checkDocuments() {
        try (StoreCursor cursor = reader.scan(def.prefix, def.end, false)) {
            while (cursor.next()) {
                documents++;
                byte[] key = cursor.key();
                for (IndexEntry entry : def.storedEntries(DocumentCodec.decode(cursor.value()), key)) {
                    if (!entry.index.building) {
                        expected++;
                        check(entry, key, cursor.expireAt());
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
