package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.error.SchemaConflictException;
import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Definition of an object store. Immutable; each {@code with…} returns a changed copy.
 *
 * @param name 1 to 255 ASCII letters, digits, {@code _}, {@code -}, {@code .}
 * @param keyPath dotted path of the primary key in the documents
 * @param autoIncrement whether documents without a key get one: 1, 2, 3 and so on
 * @param ttl time from the last write of a document to its expiry, at least a microsecond, or null for
 *     {@code Config.defaultTtl}
 * @param indexes in the order in which they were defined
 */
public record StoreSchema(
        String name,
        String keyPath,
        boolean autoIncrement,
        @Nullable Duration ttl,
        List<IndexSchema> indexes) {

    /** Checks names, paths and that no index name occurs twice. */
    public StoreSchema {
        Names.check("store", name);
        KeyPath.of(keyPath);
        check(
                ttl == null || ttl.compareTo(Duration.ofNanos(1000)) >= 0,
                "ttl of store " + name,
                String.valueOf(ttl),
                "a microsecond or more");
        indexes = List.copyOf(Objects.requireNonNull(indexes, "indexes"));
        Set<String> names = new HashSet<>();
        for (IndexSchema index : indexes) {
            check(names.add(index.name()), "index of store " + name, index.name(), "each name once");
        }
    }

    /** A store without indexes whose documents bring their keys. */
    public static StoreSchema of(String name, String keyPath) {
        return new StoreSchema(name, keyPath, false, null, List.of());
    }

    /**
     * The definition that the annotations of {@code type} describe; property names are those that Jackson writes.
     *
     * @throws IllegalArgumentException if {@code type} has no {@code @ObjectStore}, not exactly one {@code @Id}, or bad
     *     names; also if an annotation stands where no path leads: in elements of arrays and maps, below a name with a
     *     dot, in a type inside itself, on what is not written
     */
    public static StoreSchema of(Class<?> type) {
        return AnnotatedSchema.of(type);
    }

    /** With an index that is neither unique nor multi-entry. */
    public StoreSchema withIndex(String index, String... paths) {
        return withIndex(IndexSchema.of(index, paths));
    }

    /** With an index that has one property. */
    public StoreSchema withIndex(String index, IndexOption option, String... paths) {
        Objects.requireNonNull(option, "option");
        return withIndex(new IndexSchema(
                index,
                Arrays.asList(Objects.requireNonNull(paths, "paths")),
                option == IndexOption.UNIQUE,
                option == IndexOption.MULTI_ENTRY));
    }

    /** With an index. */
    public StoreSchema withIndex(IndexSchema index) {
        List<IndexSchema> more = new ArrayList<>(indexes);
        more.add(Objects.requireNonNull(index, "index"));
        return withIndexes(more);
    }

    /** With a unique index. */
    public StoreSchema withUniqueIndex(String index, String... paths) {
        return withIndex(IndexSchema.unique(index, paths));
    }

    /** With an index that has one entry for each element of the array at {@code path}. */
    public StoreSchema withMultiEntryIndex(String index, String path) {
        return withIndex(IndexSchema.multiEntry(index, path));
    }

    /** With keys made for documents that have none. */
    public StoreSchema withAutoIncrement() {
        return new StoreSchema(name, keyPath, true, ttl, indexes);
    }

    /** With documents that expire {@code ttl} after their last write. */
    public StoreSchema withTtl(@Nullable Duration ttl) {
        return new StoreSchema(name, keyPath, autoIncrement, ttl, indexes);
    }

    /** With these indexes instead of the present ones. */
    public StoreSchema withIndexes(List<IndexSchema> indexes) {
        return new StoreSchema(name, keyPath, autoIncrement, ttl, indexes);
    }

    /**
     * Refuses a definition other than this, stored one. The order of indexes, in which they were made, is no part of
     * it.
     */
    void checkEqual(StoreSchema wanted) {
        boolean equal = Set.copyOf(indexes).equals(Set.copyOf(wanted.indexes))
                && withIndexes(List.of()).equals(wanted.withIndexes(List.of()));
        if (!equal) {
            throw new SchemaConflictException(name, "it exists as " + this + ", wanted " + wanted);
        }
    }

    /** Whether there is such an index. Refuses one of the same name that differs. */
    boolean has(IndexSchema wanted) {
        Optional<IndexSchema> existing = index(wanted.name());
        if (existing.isPresent() && !existing.get().equals(wanted)) {
            throw new SchemaConflictException(
                    name, "index '" + wanted.name() + "' exists as " + existing.get() + ", wanted " + wanted);
        }
        return existing.isPresent();
    }

    /** The index of this name, if there is one. */
    public Optional<IndexSchema> index(String index) {
        return indexes.stream().filter(i -> i.name().equals(index)).findFirst();
    }
}
