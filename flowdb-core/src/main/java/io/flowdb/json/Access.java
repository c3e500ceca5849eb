package io.flowdb.json;

import io.flowdb.StoreReader.Range;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.internal.json.KeyPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way to find all documents that satisfy some conditions, and perhaps others.
 *
 * @param index the index to walk, or null for the documents themselves
 * @param ranges keys of the store below, sorted, without overlaps
 * @param narrowed how many leading paths of the index bound the ranges
 * @param pointPaths how many leading paths of the index have one value in all ranges
 * @param allPoints whether each range is one whole index key
 * @param absentMarks whether documents without an entry have to be looked at
 * @param arrayMarks whether documents with arrays have to be looked at
 * @param exact whether what it finds satisfies all conditions without looking at the documents
 */
record Access(
        @Nullable IndexDef index,
        List<Range> ranges,
        int narrowed,
        int pointPaths,
        boolean allPoints,
        boolean absentMarks,
        boolean arrayMarks,
        boolean exact) {

    /** The same, as a part of more conditions than it was made for. */
    Access notExact() {
        return new Access(index, ranges, narrowed, pointPaths, allPoints, absentMarks, arrayMarks, false);
    }

    /** The same without the documents that have no entry. */
    Access withoutAbsentMarks() {
        return new Access(index, ranges, narrowed, pointPaths, allPoints, false, arrayMarks, exact);
    }

    /** Only the documents that have no entry. */
    Access absentMarksOnly() {
        return new Access(index, List.of(), 0, 0, false, true, false, false);
    }

    boolean hasMarks() {
        return absentMarks || arrayMarks;
    }

    /** Everything that is walked: the ranges and the marks. */
    List<Range> walked() {
        if (index == null || !hasMarks()) {
            return ranges;
        }
        List<Range> walked = new ArrayList<>(ranges);
        if (absentMarks) {
            walked.add(new Range(index.at(KeyLayout.MARK_ABSENT), index.at(KeyLayout.MARK_ABSENT + 1)));
        }
        if (arrayMarks) {
            walked.add(new Range(index.at(KeyLayout.MARK_ARRAY), index.at(KeyLayout.MARK_ARRAY + 1)));
        }
        return walked;
    }

    /** How many entries there are at most, where that needs no counting; -1 otherwise. */
    int knownEntries() {
        if (ranges.isEmpty() && !hasMarks()) {
            return 0;
        }
        boolean known = index != null
                && allPoints
                && !hasMarks()
                && ranges.stream().allMatch(range -> index.isExclusive(range.start()));
        return known ? ranges.size() : -1;
    }

    /**
     * Whether this access surely meets no more entries than {@code other}, which is one for the same conditions: its
     * index is bounded in the same paths, and perhaps in more.
     */
    boolean narrowsAsMuchAs(Access other) {
        if (index == null || other.index == null || index.multiEntry() || other.index.multiEntry()) {
            return false;
        }
        List<KeyPath> bounded = Arrays.asList(index.paths).subList(0, narrowed);
        for (int i = 0; i < other.narrowed; i++) {
            if (!bounded.contains(other.index.paths[i])) {
                return false;
            }
        }
        return true;
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
