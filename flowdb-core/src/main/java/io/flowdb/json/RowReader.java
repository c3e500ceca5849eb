package io.flowdb.json;

import io.flowdb.internal.json.DocumentCodec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the documents that a query comes to, no further than it looks at them: making the tree of a whole document
 * takes longer than finding it. Threads: one.
 */
final class RowReader {
    private final List<Condition> conditions;
    private final @Nullable Set<String> returned;

    /** Properties that the conditions look at, those and the returned ones; null until they are asked for. */
    private @Nullable Set<String> tested;

    private @Nullable Set<String> testedAndReturned;

    private long read;
    private long matched;

    /**
     * Reads what satisfies {@code conditions}, with the properties that {@code returned} names; others may be missing.
     * Null is for whole documents.
     */
    RowReader(List<Condition> conditions, @Nullable Set<String> returned) {
        this.conditions = conditions;
        this.returned = returned;
    }

    /**
     * The document in the first {@code length} bytes of {@code stored}; null if it does not match.
     *
     * @param whole whether all of it is wanted in any case
     * @param matches whether it is known to match
     */
    @Nullable
    JsonNode read(byte[] stored, int length, boolean whole, boolean matches) {
        Set<String> properties = whole ? null : returned;
        if (matches || conditions.isEmpty()) {
            return decode(stored, length, properties);
        }
        boolean twice = properties == null && isSelective();
        JsonNode document = decode(stored, length, twice ? tested() : with(properties));
        read++;
        if (!satisfies(document)) {
            return null;
        }
        matched++;
        return twice ? decode(stored, length, null) : document;
    }

    /** Whether so few documents match that it is better to read these twice. */
    private boolean isSelective() {
        return 2 * matched <= read;
    }

    private boolean satisfies(JsonNode document) {
        for (Condition condition : conditions) {
            if (!condition.test(document)) {
                return false;
            }
        }
        return true;
    }

    private static JsonNode decode(byte[] stored, int length, @Nullable Set<String> properties) {
        return properties == null
                ? DocumentCodec.decode(stored, length)
                : DocumentCodec.decode(stored, length, properties);
    }

    private Set<String> tested() {
        Set<String> names = tested;
        if (names == null) {
            names = conditions.stream().flatMap(Condition::properties).collect(Collectors.toUnmodifiableSet());
            tested = names;
        }
        return names;
    }

    private @Nullable Set<String> with(@Nullable Set<String> properties) {
        Set<String> names = testedAndReturned;
        if (properties != null && names == null) {
            names = new HashSet<>(properties);
            names.addAll(tested());
            testedAndReturned = names;
        }
        return properties == null ? null : names;
    }
}
