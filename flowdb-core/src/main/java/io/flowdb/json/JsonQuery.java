package io.flowdb.json;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A query over one store. Conditions are joined by "and"; each method of the first group changes this query and returns it.
 *
 * <p>The result equals filtering all documents, sorting them, leaving out {@code offset} and keeping {@code limit}; ties are in
 * primary key order. Threads: one.
 */
public final class JsonQuery {

    JsonQuery() {}

    /** The value at {@code path} equals {@code value}; see {@link Filter#eq}. */
    public JsonQuery whereEq(String path, @Nullable Object value) {
        return where(Filter.eq(path, value));
    }

    /** The value lies between {@code start} (inclusive) and {@code end} (exclusive); null for unbounded. */
    public JsonQuery whereRange(String path, @Nullable Object start, @Nullable Object end) {
        return where(Filter.range(path, KeyRange.halfOpen(start, end)));
    }

    /** The value equals one of {@code values}. */
    public JsonQuery whereIn(String path, Collection<?> values) {
        return where(Filter.in(path, values));
    }

    /** The document satisfies {@code filter}. */
    public JsonQuery where(Filter filter) {
        throw new UnsupportedOperationException("where");
    }

    /** Sorts by the value at {@code path}, absent values like null; a second call sorts what the first leaves equal. */
    public JsonQuery orderBy(String path, Direction direction) {
        throw new UnsupportedOperationException("orderBy");
    }

    /** Leaves out the first {@code count} results. */
    public JsonQuery offset(long count) {
        throw new UnsupportedOperationException("offset");
    }

    /** Keeps at most {@code count} results. */
    public JsonQuery limit(long count) {
        throw new UnsupportedOperationException("limit");
    }

    /** The documents. */
    public List<JsonNode> collect() {
        throw new UnsupportedOperationException("collect");
    }

    /** The documents, read as {@code type}. */
    public <T> List<T> collect(Class<T> type) {
        throw new UnsupportedOperationException("collect");
    }

    /** The documents with their keys. */
    public List<Document> collectDocuments() {
        throw new UnsupportedOperationException("collectDocuments");
    }

    /** The documents one by one; close the stream. */
    public Stream<JsonNode> stream() {
        throw new UnsupportedOperationException("stream");
    }

    /** The first document. */
    public Optional<JsonNode> first() {
        throw new UnsupportedOperationException("first");
    }

    /** Number of results, with offset and limit applied. */
    public long count() {
        throw new UnsupportedOperationException("count");
    }

    /** Whether there is a result. */
    public boolean exists() {
        throw new UnsupportedOperationException("exists");
    }

    /** Deletes the results, atomically, and returns their number. */
    public long delete() {
        throw new UnsupportedOperationException("delete");
    }

    /** Runs the query and tells how it was carried out. */
    public Explain explain() {
        throw new UnsupportedOperationException("explain");
    }
}
