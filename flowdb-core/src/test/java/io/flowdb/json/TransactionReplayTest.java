package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.inParallel;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.BatchContents;
import io.flowdb.CommitOutcome;
import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.Preconditions;
import io.flowdb.SyncMode;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.ConflictException;
import io.flowdb.error.IndexNotFoundException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.UniqueViolationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Transactions in several threads use every kind of read and write, with savepoints. Those that were committed are then
 * done again one after the other, in the order of the change feed, on a map: each result that a transaction has seen,
 * by key, range, index, query, aggregate, cursor or half of a stream, has to be what it is there. Documents expire
 * meanwhile: each transaction sees those that were alive when it began, and what it sees stays; a unique value belongs
 * to one at most of those that are alive. Beside the transactions, and inside them, definitions change and ranges are
 * deleted that leave index entries behind.
 *
 * <p>{@code -Dflowdb.test.seed=N} repeats the random choices, {@code -Dflowdb.test.histories=N} sets the number of
 * transactions.
 */
class TransactionReplayTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int TRANSACTIONS = Integer.getInteger("flowdb.test.histories", 4000);
    private static final int THREADS = 4;
    private static final int KEYS = 14;
    private static final int VALUES = 6;
    private static final int MAX_INNER = 2;
    private static final long EPOCH_MICROS = 1_700_000_000_000_000L;
    private static final int NOW = 5;
    private static final int TTL = 6;

    @TempDir
    Path directory;

    /**
     * Microseconds since {@link #EPOCH_MICROS}. It moves with the write lock only, so an operation that holds the other
     * one knows its moment.
     */
    private final AtomicInteger clock = new AtomicInteger();

    private final ReadWriteLock clockLock = new ReentrantReadWriteLock();
    private final AtomicLong begun = new AtomicLong();
    private final AtomicInteger violations = new AtomicInteger();
    private final Map<Long, Transaction> committed = new ConcurrentHashMap<>();
    /** Documents that a transaction has seen, though they had expired for one that was committed before. */
    private int outlived;

    /** A transaction that was committed, and when it began. */
    private record Transaction(int begin, List<Step> steps) {}

    /** What a transaction does, on the database and on the model, with the same numbers. */
    private record Operation(
            BiFunction<JsonTransaction, int[], @Nullable Object> onDatabase,
            BiFunction<TreeMap<Integer, ObjectNode>, int[], @Nullable Object> onModel) {}

    /** An operation that was done; without one, a savepoint, or the way back to the newest one. */
    private record Step(
            @Nullable Operation operation,
            int[] numbers,
            boolean back,
            @Nullable String result) {}

    private static final List<Operation> OPERATIONS = List.of(
            new Operation((t, n) -> t.put("s", document(n), options(n)), (d, n) -> key(d.put(n[0], document(n)), n)),
            new Operation((t, n) -> t.delete("s", n[0]), (d, n) -> d.remove(n[0]) != null),
            new Operation((t, n) -> t.get("s", n[0]), (d, n) -> d.get(n[0])),
            new Operation(
                    (t, n) -> t.deleteRange("s", KeyRange.bound(n[0], n[0] + n[1], false, false)),
                    (d, n) -> removed(d, d.subMap(n[0], true, n[0] + n[1], true).values())),
            new Operation(
                    (t, n) -> t.getByIndex("s", "v", KeyRange.bound(n[1], n[1] + 1, false, false)),
                    (d, n) -> found(d, document -> isIn(document, n[1], n[1] + 2))
                            .sorted(by("v", false))
                            .toList()),
            new Operation((t, n) -> t.count("s", KeyRange.bound(n[0], n[0] + n[1], false, false)), (d, n) ->
                    (long) d.subMap(n[0], true, n[0] + n[1], true).size()),
            new Operation(
                    (t, n) -> t.query("s").whereEq("v", n[1]).count(),
                    (d, n) ->
                            found(d, document -> isIn(document, n[1], n[1] + 1)).count()),
            new Operation(
                    (t, n) -> t.query("s")
                            .whereRange("v", n[1], n[1] + 2)
                            .aggregate("n")
                            .sum(),
                    (d, n) -> found(d, document -> isIn(document, n[1], n[1] + 2))
                            .mapToInt(document -> number(document, "n"))
                            .sum()),
            new Operation(
                    (t, n) -> t.query("s").whereRange("n", 0, 500).distinct("v"),
                    (d, n) -> found(d, document -> number(document, "n") < 500)
                            .map(document -> number(document, "v"))
                            .sorted()
                            .distinct()
                            .toList()),
            new Operation(
                    (t, n) -> t.query("s").whereEq("v", n[1]).whereEq("t", n[2]).exists(),
                    (d, n) -> found(d, document -> isIn(document, n[1], n[1] + 1) && hasTag(document, n[2]))
                            .findAny()
                            .isPresent()),
            new Operation(
                    TransactionReplayTest::halfOfAStream,
                    (d, n) -> found(d, document -> true)
                            .sorted(by("v", n[3] % 2 > 0))
                            .limit(n[2])
                            .toList()),
            new Operation(TransactionReplayTest::walk, TransactionReplayTest::walkOnModel),
            new Operation(TransactionReplayTest::swap, TransactionReplayTest::swapOnModel),
            new Operation(
                    (t, n) -> t.query("s").whereEq("u", n[4]).collect(),
                    (d, n) -> found(d, document -> document.has("u") && number(document, "u") == n[4])
                            .toList()),
            new Operation(
                    (t, n) -> t.query("s").whereEq("v", n[1]).limit(2).delete(),
                    (d, n) -> removed(
                            d,
                            found(d, document -> isIn(document, n[1], n[1] + 1))
                                    .limit(2)
                                    .toList())),
            new Operation(
                    (t, n) -> t.query("s")
                            .where(Filter.or(Filter.eq("v", n[1]), Filter.eq("t", n[2])))
                            .orderBy("n", Direction.DESC)
                            .limit(3)
                            .collect(),
                    (d, n) -> found(d, document -> isIn(document, n[1], n[1] + 1) || hasTag(document, n[2]))
                            .sorted(by("n", true))
                            .limit(3)
                            .toList()),
            new Operation(
                    (t, n) -> t.update("s", n[0], document -> ((ObjectNode) document).put("n", n[3] + 1)),
                    (d, n) -> d.computeIfPresent(
                            n[0], (key, document) -> document.deepCopy().put("n", n[3] + 1))),
            new Operation(TransactionReplayTest::moveByCursor, TransactionReplayTest::moveOnModel));

    private static int[] numbers(Random random) {
        return new int[] {
            random.nextInt(KEYS),
            random.nextInt(VALUES),
            random.nextInt(4),
            random.nextInt(1000),
            random.nextInt(20),
            0,
            Math.max(0, random.nextInt(80) - 30)
        };
    }

    private static ObjectNode document(int[] numbers) {
        ObjectNode document =
                json("{}").put("id", numbers[0]).put("v", numbers[1]).put("n", numbers[3]);
        if (numbers[4] % 3 > 0) {
            document.put("u", numbers[4]);
        }
        if (numbers[2] > 0) {
            document.putArray("t").add(numbers[2]).add(numbers[3] % 4);
        }
        return numbers[TTL] > 0 ? document.put("expiry", numbers[NOW] + numbers[TTL]) : document;
    }

    private static PutOptions options(int[] numbers) {
        return numbers[TTL] > 0 ? PutOptions.ttl(Duration.ofNanos(1000L * numbers[TTL])) : PutOptions.DEFAULT;
    }

    private static boolean isAlive(JsonNode document, int moment) {
        return !document.has("expiry") || number(document, "expiry") > moment;
    }

    private static int number(JsonNode document, String name) {
        return document.get(name).intValue();
    }

    private static boolean isIn(JsonNode document, int from, int to) {
        return number(document, "v") >= from && number(document, "v") < to;
    }

    private static Set<Integer> tags(JsonNode document) {
        Set<Integer> tags = new TreeSet<>();
        document.path("t").forEach(tag -> tags.add(tag.intValue()));
        return tags;
    }

    private static boolean hasTag(JsonNode document, int tag) {
        return tags(document).contains(tag);
    }

    private static Object key(@Nullable ObjectNode before, int[] numbers) {
        return (long) numbers[0];
    }

    private static Stream<ObjectNode> found(TreeMap<Integer, ObjectNode> documents, Predicate<ObjectNode> filter) {
        return documents.values().stream().filter(filter);
    }

    private static Comparator<ObjectNode> by(String name, boolean descending) {
        Comparator<ObjectNode> order = Comparator.comparing(document -> number(document, name));
        return (descending ? order.reversed() : order).thenComparing(document -> number(document, "id"));
    }

    private static long removed(TreeMap<Integer, ObjectNode> documents, Collection<ObjectNode> gone) {
        List<ObjectNode> all = List.copyOf(gone);
        all.forEach(document -> documents.remove(number(document, "id")));
        return all.size();
    }

    private static Object halfOfAStream(JsonTransaction transaction, int[] numbers) {
        Direction direction = numbers[3] % 2 > 0 ? Direction.DESC : Direction.ASC;
        List<JsonNode> seen = new ArrayList<>();
        try (Stream<JsonNode> stream = transaction.query("s").orderBy("v", direction).stream()) {
            Iterator<JsonNode> documents = stream.iterator();
            while (seen.size() < numbers[2] && documents.hasNext()) {
                seen.add(documents.next());
            }
        }
        return seen;
    }

    private static Object walk(JsonTransaction transaction, int[] numbers) {
        CursorDirection direction = CursorDirection.values()[numbers[3] % 4];
        List<String> seen = new ArrayList<>();
        try (JsonCursor cursor = transaction.openCursor("s", "t", KeyRange.lowerBound(numbers[2], false), direction)) {
            while (seen.size() < 3 && cursor.next()) {
                seen.add(cursor.key() + ":" + cursor.primaryKey());
            }
        }
        return seen;
    }

    private static Object walkOnModel(TreeMap<Integer, ObjectNode> documents, int[] numbers) {
        CursorDirection direction = CursorDirection.values()[numbers[3] % 4];
        List<String> entries = new ArrayList<>();
        for (int tag = numbers[2]; tag < 4; tag++) {
            for (ObjectNode document : documents.values()) {
                if (hasTag(document, tag)) {
                    entries.add(tag + ":" + number(document, "id"));
                    if (direction.name().endsWith("UNIQUE")) {
                        break;
                    }
                }
            }
        }
        if (direction.name().startsWith("PREV")) {
            Collections.reverse(entries);
        }
        return entries.subList(0, Math.min(3, entries.size()));
    }

    /** Two documents exchange their unique values, and stay. */
    private static Object swap(JsonTransaction transaction, int[] numbers) {
        JsonNode one = transaction.get("s", numbers[0]);
        JsonNode other = transaction.get("s", numbers[1]);
        if (one == null || other == null || numbers[0] == numbers[1]) {
            return false;
        }
        transaction.put("s", withUnique(one, other.get("u")));
        transaction.put("s", withUnique(other, one.get("u")));
        return true;
    }

    private static Object swapOnModel(TreeMap<Integer, ObjectNode> documents, int[] numbers) {
        ObjectNode one = documents.get(numbers[0]);
        ObjectNode other = documents.get(numbers[1]);
        if (one == null || other == null || numbers[0] == numbers[1]) {
            return false;
        }
        documents.put(numbers[0], withUnique(one, other.get("u")));
        documents.put(numbers[1], withUnique(other, one.get("u")));
        return true;
    }

    private static ObjectNode withUnique(JsonNode document, @Nullable JsonNode value) {
        ObjectNode changed = (ObjectNode) document.deepCopy();
        changed.remove(List.of("u", "expiry"));
        if (value != null) {
            changed.set("u", value);
        }
        return changed;
    }

    private static Object moveByCursor(JsonTransaction transaction, int[] numbers) {
        int moved = 0;
        try (JsonCursor cursor = transaction.openCursor("s", "v", KeyRange.only(numbers[1]), CursorDirection.NEXT)) {
            for (; cursor.next(); moved++) {
                if (numbers[2] == 0) {
                    cursor.delete();
                } else {
                    cursor.update(((ObjectNode) cursor.value().deepCopy()).put("v", (numbers[1] + 1) % VALUES));
                }
            }
        }
        return moved;
    }

    private static Object moveOnModel(TreeMap<Integer, ObjectNode> documents, int[] numbers) {
        List<ObjectNode> moved = found(documents, document -> isIn(document, numbers[1], numbers[1] + 1))
                .toList();
        removed(documents, moved);
        if (numbers[2] > 0) {
            moved.forEach(document ->
                    documents.put(number(document, "id"), document.deepCopy().put("v", (numbers[1] + 1) % VALUES)));
        }
        return moved.size();
    }

    private void moveClock(Random random) {
        clockLock.writeLock().lock();
        clock.addAndGet(random.nextInt(12));
        clockLock.writeLock().unlock();
    }

    private <R extends @Nullable Object> R atOneMoment(Supplier<R> body) {
        clockLock.readLock().lock();
        try {
            return body.get();
        } finally {
            clockLock.readLock().unlock();
        }
    }

    /**
     * An engine that takes little in one commit of a thread that says so, and counts what such commits have left
     * behind.
     */
    private static final class Limited extends PassThroughStore {
        private final ThreadLocal<Boolean> little = ThreadLocal.withInitial(() -> false);
        private final AtomicInteger left = new AtomicInteger();

        Limited(Engine engine) {
            super(engine);
        }

        void inSmallCommits(Runnable body) {
            little.set(true);
            body.run();
            little.set(false);
        }

        @Override
        public Limits limits() {
            return little.get() ? new Limits(65_535, 1 << 20, 300) : super.limits();
        }

        @Override
        public CommitOutcome commit(WriteBatch batch, Preconditions preconditions, WriteOptions options) {
            CommitOutcome outcome = super.commit(batch, preconditions, options);
            if (outcome instanceof CommitOutcome.Committed
                    && BatchContents.of(batch).stream()
                            .anyMatch(each -> Arrays.equals(each.key(), Catalog.KEY)
                                    && Catalog.fromBytes(each.value()).hasStaleEntries())) {
                left.incrementAndGet();
            }
            return outcome;
        }
    }

    @Test
    void replay_inCommitOrder_givesEveryResultThatWasSeen() throws Exception {
        replay(false);
    }

    @Test
    void replay_besideChangesOfTheSchemaAndDeletesOfRanges_givesEveryResultThatWasSeen() throws Exception {
        replay(true);
    }

    private void replay(boolean disturbed) throws Exception {
        System.out.println("replay seed " + SEED);
        Config config = Config.builder()
                .dataDir(directory)
                .memtableSize(64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                .clockMicros(() -> EPOCH_MICROS + clock.get())
                .build();
        JsonLimits limits = JsonLimits.DEFAULT.withChangeRetention(
                new ChangeRetention(3 * TRANSACTIONS, 1L << 30, !disturbed)); // small commits could not record
        try (Engine engine = Engine.open(config)) {
            Limited store = new Limited(engine);
            JsonDB db = JsonDB.on(store, limits, () -> EPOCH_MICROS + clock.get());
            db.createObjectStore(StoreSchema.of("s", "id")
                    .withIndex("v", "v")
                    .withUniqueIndex("u", "u")
                    .withMultiEntryIndex("t", "t"));
            db.createObjectStore(StoreSchema.of("log", "id").withAutoIncrement());
            ChangeFeed feed = db.changes();
            List<Callable<Void>> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(SEED + i);
                Runnable disturbance = disturbed ? () -> disturb(db, store, random) : () -> {};
                threads.add(() -> {
                    while (begun.get() < TRANSACTIONS) {
                        transaction(db, random, disturbance, MAX_INNER);
                        maintain(engine, random.nextInt(200));
                    }
                    return null;
                });
            }
            inParallel(threads);
            TreeMap<Integer, ObjectNode> documents = replay(feed);
            List<ObjectNode> alive =
                    found(documents, document -> isAlive(document, clock.get())).toList();
            assertThat(db.getAll("s", KeyRange.all(), Integer.MAX_VALUE)).isEqualTo(alive);
            assertThat(db.count("s")).isEqualTo(alive.size());
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            assertThat(store.left.get() > TRANSACTIONS / 200)
                    .as("deletes that have left entries behind")
                    .isEqualTo(disturbed);
            db.close();
        }
        System.out.printf("%d committed, %d violations, %d outlived%n", committed.size(), violations.get(), outlived);
        assertThat(committed.size()).isGreaterThan(TRANSACTIONS / 4);
        assertThat(violations.get()).isLessThan(TRANSACTIONS / 4);
        assertThat(outlived).as("documents that have outlived their expiry").isGreaterThan(TRANSACTIONS / 100);
    }

    private static void disturb(JsonDB db, Limited store, Random random) {
        int kind = random.nextInt(100);
        try {
            if (kind == 0) {
                db.createIndex("s", IndexSchema.of("vn", "v", "n"));
            } else if (kind == 1) {
                db.deleteIndex("s", "vn");
            } else if (kind == 2) {
                db.createObjectStore("other", "id");
            } else if (kind == 3) {
                db.deleteObjectStore("other");
            } else if (kind < 8) {
                int from = random.nextInt(KEYS);
                store.inSmallCommits(() -> db.deleteRange("s", KeyRange.bound(from, from + 6, false, false)));
            }
        } catch (IndexNotFoundException | StoreNotFoundException e) {
            // another thread was faster, or it was not there
        }
    }

    /** Perhaps with others inside, up to {@code inner} deep, as threads alone seldom meet. */
    private void transaction(JsonDB db, Random random, Runnable disturbance, int inner) {
        long id = begun.incrementAndGet();
        int[] begin = {0};
        try (JsonTransaction transaction = atOneMoment(() -> {
            begin[0] = clock.get();
            return db.transaction(TransactionMode.READ_WRITE, "s", "log");
        })) {
            List<Step> steps = run(transaction, random, () -> {
                disturbance.run();
                if (inner > 0 && random.nextInt(5) == 0) {
                    transaction(db, random, disturbance, inner - 1);
                }
            });
            transaction.putAuto("log", json("{}").put("transaction", id));
            transaction.commit();
            committed.put(id, new Transaction(begin[0], steps));
        } catch (ConflictException e) {
            Thread.yield();
        } catch (UniqueViolationException e) {
            violations.incrementAndGet();
        }
    }

    private static void maintain(Engine engine, int kind) {
        switch (kind) {
            case 0 -> engine.flush();
            case 1 -> engine.compact();
            case 2 -> engine.gc();
            default -> {}
        }
    }

    private List<Step> run(JsonTransaction transaction, Random random, Runnable between) {
        List<Step> steps = new ArrayList<>();
        Deque<Savepoint> savepoints = new ArrayDeque<>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            int[] numbers = numbers(random);
            int kind = random.nextInt(OPERATIONS.size() + 3);
            if (kind < OPERATIONS.size()) {
                Operation operation = OPERATIONS.get(kind);
                Object result = atOneMoment(() -> {
                    numbers[NOW] = clock.get();
                    return operation.onDatabase.apply(transaction, numbers);
                });
                steps.add(new Step(operation, numbers, false, String.valueOf(result)));
            } else if (kind > OPERATIONS.size() || savepoints.isEmpty()) {
                savepoints.push(transaction.savepoint());
                steps.add(new Step(null, numbers, false, null));
            } else {
                transaction.rollbackTo(savepoints.element());
                steps.add(new Step(null, numbers, true, null));
            }
            moveClock(random);
            between.run();
        }
        return steps;
    }

    private TreeMap<Integer, ObjectNode> replay(ChangeFeed feed) throws InterruptedException {
        TreeMap<Integer, ObjectNode> documents = new TreeMap<>();
        Set<Long> replayed = new HashSet<>();
        int latest = 0;
        for (CommittedChanges commit = feed.poll(Duration.ZERO); commit != null; commit = feed.poll(Duration.ZERO)) {
            boolean ofATransaction =
                    commit.changes().stream().anyMatch(change -> change.store().equals("log"));
            for (DocumentChange change : commit.changes()) {
                if (!ofATransaction) {
                    documents.remove(((Long) change.key()).intValue()); // a range was deleted
                } else if (change.store().equals("log")) {
                    long id = change.after().get("transaction").longValue();
                    assertThat(replayed.add(id)).isTrue();
                    Transaction transaction = committed.get(id);
                    latest = Math.max(latest, transaction.begin);
                    replay(documents, transaction, latest, "seed " + SEED + ", transaction " + id);
                }
            }
        }
        assertThat(replayed).isEqualTo(committed.keySet());
        return documents;
    }

    /**
     * Does a transaction again on what it could see.
     *
     * @param latest begin of a transaction up to this one; what was dead then may be as good as gone
     */
    private void replay(TreeMap<Integer, ObjectNode> documents, Transaction transaction, int latest, String name) {
        TreeMap<Integer, ObjectNode> seen = new TreeMap<>(documents);
        seen.values().removeIf(document -> !isAlive(document, transaction.begin));
        outlived += (int) found(seen, document -> !isAlive(document, latest)).count();
        Map<Integer, ObjectNode> before = new TreeMap<>(seen);
        redo(seen, transaction.steps, name);
        before.keySet().forEach(documents::remove);
        documents.putAll(seen);
        List<JsonNode> unique = found(documents, document -> document.has("u") && isAlive(document, latest))
                .map(document -> document.get("u"))
                .toList();
        assertThat(unique).as(name).doesNotHaveDuplicates();
    }

    private static void redo(TreeMap<Integer, ObjectNode> documents, List<Step> steps, String name) {
        Deque<TreeMap<Integer, ObjectNode>> savepoints = new ArrayDeque<>();
        for (Step step : steps) {
            Operation operation = step.operation;
            if (operation != null) {
                assertThat(step.result)
                        .as(() -> name + ", operation " + OPERATIONS.indexOf(operation))
                        .isEqualTo(String.valueOf(operation.onModel.apply(documents, step.numbers)));
            } else if (step.back) {
                documents.clear();
                documents.putAll(savepoints.element());
            } else {
                savepoints.push(new TreeMap<>(documents));
            }
        }
    }
}
