package io.flowdb.internal.json;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The properties of an object in the order in which they were added, as {@link LinkedHashMap} has them; while they are
 * few, in a fraction of its memory. Threads: many that read, or one that writes.
 */
final class FieldMap extends AbstractMap<String, JsonNode> {
    /*
     * The entries and the table of a LinkedHashMap are half of what a small document takes, and filling them is a third
     * of the time in which it is read. Up to so many names a search one by one is as fast as hashing.
     */
    static final int FEW = 16;

    private static final int FIRST_CAPACITY = 8;
    private static final String[] NO_NAMES = {};

    /** Those of the shape, to be copied before they change, or its own: these are one longer than the values. */
    private @Nullable String[] names = NO_NAMES;

    private @Nullable JsonNode[] values = new JsonNode[FIRST_CAPACITY];
    private int count;
    private int changes;

    /** Holds all properties once they are more than {@link #FEW}; the arrays are not used then. */
    private @Nullable Map<String, JsonNode> many;

    /** Adds a property unless there is one of that name; whether it was added. */
    boolean add(String name, JsonNode value) {
        if (containsKey(name)) {
            return false;
        }
        if (many == null) {
            append(name, value);
        } else {
            many.put(name, value);
        }
        return true;
    }

    /** Adds the last property of {@code shape}, of which there are all others so far. */
    void add(Shape shape, JsonNode value) {
        names = shape.names();
        changes++;
        if (count == values.length) {
            values = Arrays.copyOf(values, FEW);
        }
        values[count++] = value;
    }

    private int indexOf(@Nullable Object name) {
        int hash = Objects.hashCode(name);
        for (int i = 0; i < count; i++) {
            String other = names[i];
            if (other == name || other != null && other.hashCode() == hash && other.equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private void append(@Nullable String name, @Nullable JsonNode value) {
        changes++;
        if (count == FEW) {
            Map<String, JsonNode> all = new LinkedHashMap<>(4 * FEW);
            for (int i = 0; i < count; i++) {
                all.put(names[i], values[i]);
            }
            all.put(name, value);
            many = all;
            clearArrays();
            return;
        }
        if (count == values.length) {
            values = Arrays.copyOf(values, FEW);
        }
        ownNames();
        names[count] = name;
        values[count++] = value;
    }

    /** Makes the names ones that may be changed, with room for as many as there are values. */
    private void ownNames() {
        if (names.length <= values.length) {
            names = Arrays.copyOf(names, values.length + 1);
        }
    }

    private void clearArrays() {
        names = NO_NAMES;
        Arrays.fill(values, 0, count, null);
        count = 0;
    }

    @Override
    public int size() {
        return many == null ? count : many.size();
    }

    @Override
    public @Nullable JsonNode get(@Nullable Object name) {
        if (many != null) {
            return many.get(name);
        }
        int i = indexOf(name);
        return i < 0 ? null : values[i];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return many == null ? indexOf(name) >= 0 : many.containsKey(name);
    }

    @Override
    public @Nullable JsonNode put(@Nullable String name, @Nullable JsonNode value) {
        if (many != null) {
            return many.put(name, value);
        }
        int i = indexOf(name);
        if (i < 0) {
            append(name, value);
            return null;
        }
        JsonNode before = values[i];
        values[i] = value;
        return before;
    }

    @Override
    public @Nullable JsonNode remove(@Nullable Object name) {
        if (many != null) {
            return many.remove(name);
        }
        int i = indexOf(name);
        if (i < 0) {
            return null;
        }
        JsonNode before = values[i];
        removeAt(i);
        return before;
    }

    private void removeAt(int i) {
        ownNames();
        changes++;
        count--;
        System.arraycopy(names, i + 1, names, i, count - i);
        System.arraycopy(values, i + 1, values, i, count - i);
        names[count] = null;
        values[count] = null;
    }

    @Override
    public void clear() {
        changes++;
        if (many != null) {
            many.clear(); // whoever walks over it is told
            many = null;
        }
        clearArrays();
    }

    @Override
    public Set<Map.Entry<String, JsonNode>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return FieldMap.this.size();
            }

            @Override
            public Iterator<Map.Entry<String, JsonNode>> iterator() {
                return many == null ? new Walk() : many.entrySet().iterator();
            }

            @Override
            public void clear() {
                FieldMap.this.clear();
            }
        };
    }

    /** Walks the arrays, and fails if the map is changed by others meanwhile. */
    private final class Walk implements Iterator<Map.Entry<String, JsonNode>> {
        private int next;
        private int end = count;
        private int expected = changes;
        private boolean removable;

        @Override
        public boolean hasNext() {
            return next < end;
        }

        @Override
        public Map.Entry<String, JsonNode> next() {
            checkUnchanged();
            if (next >= end) {
                throw new NoSuchElementException();
            }
            removable = true;
            return new Field(next++);
        }

        @Override
        public void remove() {
            checkUnchanged();
            if (!removable) {
                throw new IllegalStateException("no property to remove: call next() first");
            }
            removable = false;
            removeAt(--next);
            end--;
            expected = changes;
        }

        private void checkUnchanged() {
            if (expected != changes) {
                throw new ConcurrentModificationException();
            }
        }
    }

    /** A property as it is now; once it is removed, as it was last seen. */
    private final class Field implements Map.Entry<String, JsonNode> {
        private final @Nullable String name;
        private final int at; // most probably
        private @Nullable JsonNode value;

        Field(int at) {
            this.name = names[at];
            this.at = at;
            this.value = values[at];
        }

        @Override
        public @Nullable String getKey() {
            return name;
        }

        @Override
        public @Nullable JsonNode getValue() {
            if (many == null && at < count && names[at] == name) {
                value = values[at];
            } else if (containsKey(name)) {
                value = get(name);
            }
            return value;
        }

        @Override
        public @Nullable JsonNode setValue(@Nullable JsonNode newValue) {
            JsonNode before = getValue();
            if (containsKey(name)) {
                put(name, newValue);
            }
            value = newValue;
            return before;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Map.Entry<?, ?> entry
                    && Objects.equals(name, entry.getKey())
                    && Objects.equals(getValue(), entry.getValue());
        }

        @Override
        public int hashCode() {
            return Objects.hashCode(name) ^ Objects.hashCode(getValue());
        }

        @Override
        public String toString() {
            return name + "=" + getValue();
        }
    }
}
