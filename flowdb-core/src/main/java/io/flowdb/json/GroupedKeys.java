package io.flowdb.json;

import io.flowdb.internal.base.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the documents that entries of an index lead to: of entries that are equal in the wanted order in the order of
 * primary keys. Threads: one.
 */
final class GroupedKeys implements Pull<byte[]> {
    private final Reads reads;
    private final IndexDef index;
    private final int paths;
    private final Pull<byte[]> entries;
    private final List<Found> group = new ArrayList<>();
    private int given;
    private boolean begun;
    /** First entry of the next group. */
    private byte @Nullable [] ahead;

    /** An entry with the primary key in it. */
    private record Found(byte[] entry, byte[] primaryKey) {}

    /** Entries are equal if they begin with the same values of {@code paths} paths. */
    GroupedKeys(Reads reads, IndexDef index, int paths, Pull<byte[]> entries) {
        this.reads = reads;
        this.index = index;
        this.paths = paths;
        this.entries = entries;
    }

    @Override
    public byte @Nullable [] next() {
        while (true) {
            if (given == group.size()) {
                readGroup();
            }
            if (given == group.size()) {
                return null;
            }
            Found next = group.get(given++);
            byte[] documentKey = reads.def().documentKey(next.primaryKey);
            if (reads.view().hasStill(reads.def(), next.entry, documentKey)) {
                return documentKey;
            }
        }
    }

    private void readGroup() {
        group.clear();
        given = 0;
        byte[] entry = begun ? ahead : entries.next();
        begun = true;
        if (entry != null) {
            byte[] beginning = index.beginning(entry, paths);
            for (; entry != null && Keys.startsWith(entry, beginning); entry = entries.next()) {
                group.add(new Found(entry, index.primaryKey(entry)));
            }
            group.sort((a, b) -> Arrays.compareUnsigned(a.primaryKey, b.primaryKey));
        }
        ahead = entry;
    }

    @Override
    public void close() {
        entries.close();
    }
}
