package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.Names;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Definition of an index.
 *
 * @param name 1 to 255 ASCII letters, digits, {@code _}, {@code -}, {@code .}
 * @param paths dotted key paths; the first one sorts first
 * @param unique whether at most one document may have each key that contains no null
 * @param multiEntry whether an array gives one entry for each of its distinct elements; for one path only
 */
public record IndexSchema(String name, List<String> paths, boolean unique, boolean multiEntry) {

    /** Checks names and paths. */
    public IndexSchema {
        Names.check("index", name);
        Objects.requireNonNull(paths, "paths").forEach(KeyPath::of);
        paths = List.copyOf(paths);
        check(!paths.isEmpty() && paths.size() <= 16, "paths of index " + name, paths, "1 to 16 key paths");
        check(paths.stream().distinct().count() == paths.size(), "paths of index " + name, paths, "each path once");
        check(!multiEntry || paths.size() == 1, "multiEntry of index " + name, true, "false for several paths");
    }

    /** An index over {@code paths} that is neither unique nor multi-entry. */
    public static IndexSchema of(String name, String... paths) {
        return new IndexSchema(name, Arrays.asList(Objects.requireNonNull(paths, "paths")), false, false);
    }

    /** A unique index over {@code paths}. */
    public static IndexSchema unique(String name, String... paths) {
        return new IndexSchema(name, Arrays.asList(Objects.requireNonNull(paths, "paths")), true, false);
    }

    /** An index with one entry for each element of the array at {@code path}. */
    public static IndexSchema multiEntry(String name, String path) {
        return new IndexSchema(name, Collections.singletonList(Objects.requireNonNull(path, "path")), false, true);
    }
}
