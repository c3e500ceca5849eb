package io.flowdb.json;

import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyTags;
import java.util.ArrayList;
import java.util.List;

/**
 * Those of some conditions that the primary key alone decides: on its path, and on the elements of keys that are
 * arrays. They are asked before a document is read. Immutable.
 */
final class KeyConditions {
    private static final int WHOLE = -1;

    private final List<KeyCondition> conditions = new ArrayList<>();
    private final List<Condition> others = new ArrayList<>();

    /** What a key, or its element at {@code position}, has to lie in. */
    private record KeyCondition(int position, List<Interval> intervals) {}

    KeyConditions(KeyPath keyPath, List<Condition> all) {
        for (Condition condition : all) {
            if (condition instanceof Condition.InIntervals in && decides(keyPath, in)) {
                int position = in.path.equals(keyPath) ? WHOLE : in.path.elementOf(keyPath);
                conditions.add(new KeyCondition(position, in.intervals));
            } else {
                others.add(condition);
            }
        }
    }

    /** Whether the primary key alone decides {@code condition}. */
    static boolean decides(KeyPath keyPath, Condition condition) {
        return condition instanceof Condition.InIntervals in
                && (in.path.equals(keyPath) || in.path.elementOf(keyPath) >= 0);
    }

    /** Whether there is nothing that the key decides. */
    boolean areNone() {
        return conditions.isEmpty();
    }

    /** The conditions that need the document. */
    List<Condition> others() {
        return others;
    }

    /** Whether the primary key that begins at {@code from} and is the rest of {@code key} satisfies what it decides. */
    boolean test(byte[] key, int from) {
        for (KeyCondition condition : conditions) {
            if (!test(condition, key, from)) {
                return false;
            }
        }
        return true;
    }

    private static boolean test(KeyCondition condition, byte[] key, int from) {
        if (condition.position == WHOLE) {
            return matches(condition.intervals, key, from, key.length);
        }
        if (key[from] != KeyTags.ARRAY) {
            return false;
        }
        KeyReader reader = new KeyReader(key, from + 1);
        for (int i = 0; i < condition.position && reader.hasElement(); i++) {
            reader.skip();
        }
        if (!reader.hasElement()) {
            return false;
        }
        int start = reader.position();
        reader.skip();
        return matches(condition.intervals, key, start, reader.position());
    }

    /** As {@link Condition.InIntervals#test}, of an encoded value: it, or one of its elements, lies in an interval. */
    private static boolean matches(List<Interval> intervals, byte[] key, int from, int to) {
        if (Interval.anyContains(intervals, key, from, to)) {
            return true;
        }
        if (key[from] != KeyTags.ARRAY) {
            return false;
        }
        KeyReader reader = new KeyReader(key, from + 1);
        while (reader.hasElement()) {
            int start = reader.position();
            reader.skip();
            if (Interval.anyContains(intervals, key, start, reader.position())) {
                return true;
            }
        }
        return false;
    }
}
