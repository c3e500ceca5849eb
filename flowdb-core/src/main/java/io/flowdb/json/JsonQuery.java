package io.flowdb.json;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.error.InvalidQueryException;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A query over one store. Conditions are joined by "and"; the methods that return a query change this one and return
 * it.
 *
 * <p>The result equals filtering all documents, sorting them, leaving out {@code offset} and keeping {@code limit};
 * ties are in primary key order. Errors: {@link InvalidQueryException}, {@link io.flowdb.error.InvalidKeyException},
 * {@link io.flowdb.error.LimitExceededException} if more rows have to be sorted than their keys have room in a quarter
 * of the heap; {@link IllegalArgumentException} for a negative offset or limit. Threads: one.
 */
public final class JsonQuery {
    private final Source source;
    private final List<Condition> conditions = new ArrayList<>();
    private final List<Order> orders = new ArrayList<>();
    private long offset;
    private long limit = Long.MAX_VALUE;
    private @Nullable List<KeyPath> projection;

    JsonQuery(Source source) {
        this.source = source;
    }

    /** Where a query reads: the newest state or a transaction. */
    interface Source {
        <R extends @Nullable Object> R read(Function<Reads, R> body);

        /** Reads that stay possible until they are released. */
        Opened open();

        /** Whether it reads the newest state of {@code database}. */
        boolean isOf(Database database);

        /** Name of the store. */
        String store();

        /** Deletes the documents whose keys {@code keys} finds, atomically. */
        long delete(Function<Reads, List<byte[]>> keys);
    }

    /**
     * Reads of one state.
     *
     * @param check throws if they cannot be used any more
     * @param release to be called at the end
     */
    record Opened(Reads reads, Runnable check, Runnable release) {}

    /** A sort key. */
    record Order(KeyPath path, boolean descending) {}

    /**
     * What is asked.
     *
     * @param properties what of the documents is looked at, but for conditions; null for all
     */
    record Spec(
            List<Condition> conditions,
            List<Order> orders,
            long offset,
            long limit,
            @Nullable Set<String> properties) {
        /** How many rows have to be found, also those that are left out; {@link Long#MAX_VALUE} for all. */
        long wanted() {
            return limit > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + limit;
        }

        /** What of the documents is looked at to sort them. */
        Set<String> sortedProperties() {
            return propertiesOf(paths(orders));
        }
    }

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
        conditions.add(Condition.of(Objects.requireNonNull(filter, "filter")));
        return this;
    }

    /** Sorts by the value at {@code path}, absent values like null; a second call sorts what the first leaves equal. */
    public JsonQuery orderBy(String path, Direction direction) {
        boolean descending = Objects.requireNonNull(direction, "direction") == Direction.DESC;
        orders.add(new Order(Condition.path(path), descending));
        return this;
    }

    /** Leaves out the first {@code count} results. */
    public JsonQuery offset(long count) {
        check(count >= 0, "offset", count, "0 or more");
        offset = count;
        return this;
    }

    /** Keeps at most {@code count} results. */
    public JsonQuery limit(long count) {
        check(count >= 0, "limit", count, "0 or more");
        limit = count;
        return this;
    }

    /** The same query, which changes of this one leave as it is. */
    JsonQuery copy() {
        JsonQuery copy = new JsonQuery(source);
        copy.conditions.addAll(conditions);
        copy.orders.addAll(orders);
        copy.offset = offset;
        copy.limit = limit;
        copy.projection = projection;
        return copy;
    }

    /** What a document has to satisfy. */
    Condition condition() {
        return new Condition.All(List.copyOf(conditions));
    }

    String store() {
        return source.store();
    }

    boolean isOf(Database database) {
        return source.isOf(database);
    }

    /** The query for documents with what {@code paths} lead to; null for whole ones. */
    private Spec ordered(long most, @Nullable List<KeyPath> paths) {
        List<Order> by = List.copyOf(orders);
        Set<String> properties = paths == null ? null : propertiesOf(Stream.concat(paths(by), paths.stream()));
        return new Spec(List.copyOf(conditions), by, offset, most, properties);
    }

    /** The query for documents in any order, of which these properties are looked at. */
    private Spec unordered(long first, long most, Set<String> properties) {
        return new Spec(List.copyOf(conditions), List.of(), first, most, properties);
    }

    private static Stream<KeyPath> paths(List<Order> orders) {
        return orders.stream().map(Order::path);
    }

    private static Set<String> propertiesOf(Stream<KeyPath> paths) {
        return paths.map(KeyPath::first).collect(Collectors.toUnmodifiableSet());
    }

    /** The documents. */
    public List<JsonNode> collect() {
        List<KeyPath> paths = projection;
        return rows(paths, document -> projected(document, paths));
    }

    /**
     * The documents, read as {@code type}. Errors: {@link InvalidQueryException} for one that is none, with what
     * Jackson says as its cause.
     */
    public <T> List<T> collect(Class<T> type) {
        Objects.requireNonNull(type, "type");
        return rows(null, document -> DocumentCodec.convert(document, type));
    }

    private <T> List<T> rows(@Nullable List<KeyPath> paths, Function<JsonNode, T> mapper) {
        Spec spec = ordered(limit, paths);
        return source.read(reads -> {
            List<T> results = new ArrayList<>();
            new QueryRun(reads, spec).run((key, document) -> results.add(mapper.apply(document)));
            return results;
        });
    }

    /**
     * The documents as a stream. They are read as they are asked for, of one state, or of the transaction as it is
     * then: what it has changed ahead of the stream is shown only where it is now, also if it was shown before, and
     * what it adds there may be left out. Only a result that no index gives in its order is found, and sorted, before.
     * Close the stream, unless it is read to its end: until then it pins that state.
     */
    public Stream<JsonNode> stream() {
        List<KeyPath> paths = projection;
        Spec spec = ordered(limit, paths);
        Opened opened = source.open();
        try {
            Pull<QueryRun.Row> rows = new QueryRun(opened.reads, spec, true).open();
            return RowStream.of(rows, document -> projected(document, paths), opened);
        } catch (RuntimeException | Error e) {
            opened.release.run();
            throw e;
        }
    }

    /**
     * Keeps of each document only what these paths lead to, an element of an array as a property named by its position;
     * for {@link #collect()}, {@link #first()} and {@link #stream()}.
     */
    public JsonQuery projection(String... paths) {
        projection = Arrays.stream(Objects.requireNonNull(paths, "paths"))
                .map(Condition::path)
                .toList();
        return this;
    }

    private static JsonNode projected(JsonNode document, @Nullable List<KeyPath> paths) {
        if (paths == null) {
            return document;
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        for (KeyPath path : paths) {
            JsonNode value = path.find(document);
            if (value != null) {
                path.set(kept, value);
            }
        }
        return kept;
    }

    /** The distinct values at {@code path} that are keys, in key order; offset, limit and order do not count. */
    public List<@Nullable Object> distinct(String path) {
        KeyPath keyPath = Condition.path(path);
        TreeSet<byte[]> values = new TreeSet<>(Arrays::compareUnsigned);
        forEachUnordered(Set.of(keyPath.first()), document -> {
            KeyWriter writer = new KeyWriter();
            JsonNode value = keyPath.find(document);
            if (value != null && writer.addJson(value)) {
                values.add(writer.toBytes());
            }
        });
        List<@Nullable Object> distinct = new ArrayList<>(values.size());
        values.forEach(value -> distinct.add(KeyReader.decode(value)));
        return distinct;
    }

    /** Count, sum, least and greatest of the values at {@code path}; offset, limit and order do not count. */
    public Aggregate aggregate(String path) {
        KeyPath valuePath = Condition.path(path);
        Accumulator accumulator = new Accumulator(valuePath);
        forEachUnordered(Set.of(valuePath.first()), accumulator::add);
        return accumulator.result();
    }

    /** As {@link #aggregate}, for each distinct value at {@code groupPath}, in its key order. */
    public List<Aggregate.Group> groupBy(String groupPath, String path) {
        KeyPath keyPath = Condition.path(groupPath);
        KeyPath valuePath = Condition.path(path);
        TreeMap<byte[], Accumulator> groups = new TreeMap<>(Arrays::compareUnsigned);
        forEachUnordered(propertiesOf(Stream.of(keyPath, valuePath)), document -> {
            KeyWriter writer = new KeyWriter();
            JsonNode value = keyPath.find(document);
            byte[] key = value != null && writer.addJson(value) ? writer.toBytes() : KeyWriter.encode(null);
            groups.computeIfAbsent(key, k -> new Accumulator(valuePath)).add(document);
        });
        List<Aggregate.Group> result = new ArrayList<>(groups.size());
        groups.forEach((key, values) -> result.add(new Aggregate.Group(KeyReader.decode(key), values.result())));
        return result;
    }

    private void forEachUnordered(Set<String> properties, Consumer<JsonNode> consumer) {
        Spec spec = unordered(0, Long.MAX_VALUE, properties);
        source.read(reads -> {
            new QueryRun(reads, spec).run((key, document) -> consumer.accept(document));
            return null;
        });
    }

    /** The first document. */
    public Optional<JsonNode> first() {
        List<KeyPath> paths = projection;
        Spec spec = ordered(Math.min(limit, 1), paths);
        return source.read(reads -> {
            List<JsonNode> found = new ArrayList<>(1);
            new QueryRun(reads, spec).run((key, document) -> found.add(projected(document, paths)));
            return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
        });
    }

    /** Number of results, with offset and limit applied. */
    public long count() {
        Spec spec = unordered(offset, limit, Set.of());
        return source.read(reads -> new QueryRun(reads, spec).count());
    }

    /** Whether there is a result. */
    public boolean exists() {
        Spec spec = unordered(offset, Math.min(limit, 1), Set.of());
        return source.read(reads -> new QueryRun(reads, spec).count()) > 0;
    }

    /**
     * Deletes the results, atomically, and returns their number. Errors: {@link io.flowdb.error.LimitExceededException}
     * for more than a commit, or the transaction, takes; nothing is deleted then.
     */
    public long delete() {
        Spec spec = ordered(limit, List.of());
        return source.delete(reads -> {
            List<byte[]> keys = new ArrayList<>();
            new QueryRun(reads, spec).run((key, document) -> keys.add(key));
            return keys;
        });
    }

    /** Runs the query and tells how it was carried out. */
    public Explain explain() {
        Spec spec = ordered(limit, projection);
        return source.read(reads -> {
            long start = System.nanoTime();
            QueryRun run = new QueryRun(reads, spec);
            run.run((key, document) -> {});
            return Explanation.of(
                    reads, run, !run.plan().ordered() && !spec.orders().isEmpty(), System.nanoTime() - start);
        });
    }
}
