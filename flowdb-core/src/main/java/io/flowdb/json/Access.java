package io.flowdb.json;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way to find all documents that satisfy some conditions, and perhaps others.
 *
 * @param index the index to walk, or null for the documents themselves
 * @param ranges keys of the store below, sorted, without overlaps
 * @param pointPaths how many leading paths of the index have one value in all ranges
 * @param allPoints whether each range is one whole index key
 * @param absentMarks whether documents without an entry have to be looked at
 * @param arrayMarks whether documents with arrays have to be looked at
 * @param exact whether what it finds satisfies all conditions without looking at the documents
 */
record Access(
        @Nullable IndexDef index,
        List<Range> ranges,
        int pointPaths,
        boolean allPoints,
        boolean absentMarks,
        boolean arrayMarks,
        boolean exact) {

    /** Keys from {@code start} to {@code end}. */
    record Range(byte[] start, byte[] end) {}

    boolean hasMarks() {
        return absentMarks || arrayMarks;
    }

    /** Whether entries come in primary key order, each document once. */
    boolean inPrimaryKeyOrder() {
        return index == null || (allPoints && ranges.size() <= 1 && !hasMarks());
    }

    /** Whether a document can come up more than once. */
    boolean repeats() {
        return hasMarks() || (index != null && index.multiEntry() && !(allPoints && ranges.size() <= 1));
    }
}
