package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a database must hold, and every form of read that must say so: {@code get} with its form that fills an array,
 * {@code getLatest}, queries by prefix, key range, time range, both and all, scans as iterator, stream and cursor,
 * forward and reverse, of the engine and of a snapshot, and the readers of {@link OrderedStore}. The expected answers
 * are found by filtering the list of records.
 */
final class ReadForms {
    private static final int PROBED = 8;
    private static final byte FILLER = 0x5a;

    /** In the order of the engine: keys as unsigned bytes, then ts. */
    static final Comparator<FlowRecord> ORDER =
            Comparator.comparing(FlowRecord::key, Arrays::compareUnsigned).thenComparingLong(FlowRecord::ts);

    private final List<FlowRecord> alive;
    private final List<byte[]> keys;
    private final List<Long> times;

    /** {@code alive} is everything that must be found; {@code absent} are versions to be asked for that must not. */
    ReadForms(Collection<FlowRecord> alive, Collection<FlowRecord> absent) {
        this(alive, absent, PROBED);
    }

    /** The same with bounds made of about {@code probed} keys and times. */
    ReadForms(Collection<FlowRecord> alive, Collection<FlowRecord> absent, int probed) {
        this.alive = alive.stream().sorted(ORDER).toList();
        TreeSet<byte[]> allKeys = new TreeSet<>(Arrays::compareUnsigned);
        TreeSet<Long> allTimes = new TreeSet<>(List.of(0L));
        Stream.concat(alive.stream(), absent.stream()).forEach(r -> {
            allKeys.add(r.key());
            allTimes.add(r.ts());
        });
        this.keys = thinned(List.copyOf(allKeys), probed);
        this.times = thinned(List.copyOf(allTimes), probed);
    }

    private static <T> List<T> thinned(List<T> all, int most) {
        int step = 1 + (all.size() - 1) / most;
        List<T> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i += step) {
            some.add(all.get(i));
        }
        return some;
    }

    /** Asks the engine and a snapshot of it. */
    void check(Engine engine, String state) {
        checkPoints(state, engine::get, engine::getLatest);
        checkFilledArrays(state, engine::get);
        checkQueries(state + ", cursor", q -> walked(engine.cursor(q)));
        checkQueries(state + ", query", engine::query);
        checkQueries(state + ", scan", q -> iterated(engine.scan(q)));
        checkQueries(state + ", stream", q -> streamed(engine.scan(q)));
        checkStore(state, engine.latest());
        try (Snapshot snapshot = engine.snapshot()) {
            check(snapshot, state + ", snapshot");
        }
    }

    /** Asks a snapshot. */
    void check(Snapshot snapshot, String state) {
        checkPoints(state, snapshot::get, snapshot::getLatest);
        checkFilledArrays(state, snapshot::get);
        checkQueries(state + ", cursor", q -> walked(snapshot.cursor(q)));
        checkQueries(state, q -> iterated(snapshot.scan(q)));
        checkStore(state, snapshot);
    }

    /** A look-up of one version. */
    private interface Get {
        Optional<FlowRecord> get(byte[] key, long ts);
    }

    private void checkPoints(String state, Get get, Function<byte[], Optional<FlowRecord>> getLatest) {
        for (byte[] key : keys) {
            for (long ts : times) {
                assertThat(get.get(key, ts))
                        .as("%s: get %s at %d", state, Keys.show(key), ts)
                        .isEqualTo(select(r -> Arrays.equals(r.key(), key) && r.ts() == ts).stream()
                                .findFirst());
            }
            List<FlowRecord> versions = select(r -> Arrays.equals(r.key(), key));
            assertThat(getLatest.apply(key))
                    .as("%s: getLatest %s", state, Keys.show(key))
                    .isEqualTo(versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1)));
        }
    }

    /** A look-up that fills an array. */
    private interface Fill {
        int get(byte[] key, long ts, byte[] into);
    }

    private void checkFilledArrays(String state, Fill fill) {
        for (byte[] key : keys) {
            for (long ts : times) {
                byte[] expected = select(r -> Arrays.equals(r.key(), key) && r.ts() == ts).stream()
                        .findFirst()
                        .map(FlowRecord::value)
                        .orElse(null);
                checkFilledArray(
                        state + ": " + Keys.show(key) + " at " + ts, into -> fill.get(key, ts, into), expected);
            }
        }
    }

    /** Asks with an array that is too short by one byte, with one that fits and with one that is longer. */
    private static void checkFilledArray(String what, ToIntFunction<byte[]> read, byte @Nullable [] expected) {
        int length = expected == null ? 0 : expected.length;
        for (int size = Math.max(0, length - 1); size <= length + 1; size++) {
            byte[] into = new byte[size];
            Arrays.fill(into, FILLER);
            byte[] after = into.clone();
            if (expected != null && length <= size) {
                System.arraycopy(expected, 0, after, 0, length);
            }
            assertThat(read.applyAsInt(into))
                    .as("%s: into %d bytes", what, size)
                    .isEqualTo(expected == null ? -1 : length);
            assertThat(into).as("%s: into %d bytes", what, size).isEqualTo(after);
        }
    }

    private void checkQueries(String state, Function<Query, List<FlowRecord>> run) {
        checkQuery(state, run, Query.all(), r -> true);
        for (byte[] key : keys) {
            checkQuery(state, run, Query.key(key), r -> Arrays.equals(r.key(), key));
            for (int length = 0; length <= Math.min(3, key.length); length++) {
                byte[] prefix = Arrays.copyOf(key, length);
                checkQuery(state, run, Query.prefix(prefix), r -> startsWith(r.key(), prefix));
            }
            for (byte[] end : keys) {
                checkQuery(state, run, Query.keyRange(key, end), r -> isBetween(key, r.key(), end));
                checkQuery(
                        state,
                        run,
                        Query.all().fromKey(key, false).toKey(end, false),
                        r -> Arrays.compareUnsigned(key, r.key()) < 0 && Arrays.compareUnsigned(r.key(), end) < 0);
            }
        }
        for (long from : times) {
            for (long to : times) {
                checkQuery(state, run, Query.timeRange(from, to), r -> from <= r.ts() && r.ts() <= to);
            }
        }
        checkCombined(state, run);
    }

    private void checkCombined(String state, Function<Query, List<FlowRecord>> run) {
        for (byte[] key : keys) {
            for (long ts : times) {
                byte[] prefix = Arrays.copyOf(key, 1);
                checkQuery(
                        state,
                        run,
                        Query.prefix(prefix).withTimeRange(ts, Long.MAX_VALUE),
                        r -> startsWith(r.key(), prefix) && r.ts() >= ts);
                checkQuery(
                        state,
                        run,
                        Query.keyRange(keys.get(0), key).withTimeRange(Long.MIN_VALUE, ts),
                        r -> isBetween(keys.get(0), r.key(), key) && r.ts() <= ts);
            }
        }
    }

    /** Forward, reverse, cut off, and past the cache. */
    private void checkQuery(
            String state, Function<Query, List<FlowRecord>> run, Query query, Predicate<FlowRecord> wanted) {
        List<FlowRecord> expected = select(wanted);
        int half = expected.size() / 2;
        assertThat(run.apply(query)).as("%s: %s", state, query).isEqualTo(expected);
        assertThat(run.apply(query.reverse()))
                .as("%s: %s reversed", state, query)
                .isEqualTo(reversed(expected));
        assertThat(run.apply(query.limit(half).options(new ReadOptions(false, true))))
                .as("%s: %s limited", state, query)
                .isEqualTo(expected.subList(0, half));
    }

    /** An {@link OrderedStore} shows one value a key, that of ts 0. */
    private void checkStore(String state, StoreReader reader) {
        List<FlowRecord> expected = select(r -> r.ts() == 0);
        for (boolean reverse : new boolean[] {false, true}) {
            List<FlowRecord> found = new ArrayList<>();
            try (StoreCursor cursor = reader.scan(null, null, reverse)) {
                while (cursor.next()) {
                    found.add(new FlowRecord(cursor.key(), 0, cursor.expireAt(), cursor.value()));
                }
            }
            assertThat(found)
                    .as("%s: store cursor, reverse %s", state, reverse)
                    .isEqualTo(reverse ? reversed(expected) : expected);
        }
        checkRanges(state, reader, expected);
        TreeMap<byte[], byte[]> values = new TreeMap<>(Arrays::compareUnsigned);
        expected.forEach(r -> values.put(r.key(), r.value()));
        for (byte[] key : keys) {
            StoreReader.StoredValue found = reader.get(key);
            assertThat(found == null ? null : found.value())
                    .as("%s: store get %s", state, Keys.show(key))
                    .isEqualTo(values.get(key));
            checkFilledArray(state + ": store get " + Keys.show(key), into -> reader.get(key, into), values.get(key));
        }
    }

    /**
     * Ranges between every two keys, empty ones among them, in and against their order: each comes up again after
     * others.
     */
    private void checkRanges(String state, StoreReader reader, List<FlowRecord> stored) {
        List<StoreReader.Range> ranges = new ArrayList<>();
        keys.forEach(start -> keys.forEach(end -> ranges.add(new StoreReader.Range(start, end))));
        List<StoreReader.Range> backwards = new ArrayList<>(ranges);
        Collections.reverse(backwards);
        for (List<StoreReader.Range> walked : List.of(ranges, backwards, List.<StoreReader.Range>of())) {
            List<FlowRecord> expected = new ArrayList<>();
            for (StoreReader.Range range : walked) {
                stored.stream()
                        .filter(r -> Arrays.compareUnsigned(range.start(), r.key()) <= 0)
                        .filter(r -> Arrays.compareUnsigned(r.key(), range.end()) < 0)
                        .forEach(expected::add);
            }
            List<FlowRecord> found = new ArrayList<>();
            try (StoreCursor cursor = reader.scanAll(walked)) {
                while (cursor.next()) {
                    found.add(new FlowRecord(cursor.key(), 0, cursor.expireAt(), cursor.value()));
                }
            }
            assertThat(found)
                    .as("%s: store cursor over %d ranges", state, walked.size())
                    .isEqualTo(expected);
        }
    }

    private List<FlowRecord> select(Predicate<FlowRecord> wanted) {
        return alive.stream().filter(wanted).toList();
    }

    private static List<FlowRecord> reversed(List<FlowRecord> records) {
        List<FlowRecord> backwards = new ArrayList<>(records);
        Collections.reverse(backwards);
        return backwards;
    }

    private static List<FlowRecord> iterated(RecordScan scan) {
        List<FlowRecord> found = new ArrayList<>();
        try (scan) {
            while (scan.hasNext()) {
                found.add(scan.next());
            }
        }
        return found;
    }

    /** Copies key and value behind one byte of one array, as callers with a buffer of their own do. */
    private static List<FlowRecord> walked(RecordCursor cursor) {
        List<FlowRecord> found = new ArrayList<>();
        try (cursor) {
            while (cursor.next()) {
                int keyLength = cursor.keyLength();
                byte[] both = new byte[1 + keyLength + cursor.valueLength()];
                int end = 1 + cursor.copyKey(both, 1);
                end += cursor.copyValue(both, end);
                FlowRecord record = new FlowRecord(
                        Arrays.copyOfRange(both, 1, 1 + keyLength),
                        cursor.ts(),
                        cursor.expireAt(),
                        Arrays.copyOfRange(both, 1 + keyLength, end));
                assertThat(new FlowRecord(cursor.key(), cursor.ts(), cursor.expireAt(), cursor.value()))
                        .isEqualTo(record);
                found.add(record);
            }
        }
        return found;
    }

    private static List<FlowRecord> streamed(RecordScan scan) {
        try (Stream<FlowRecord> stream = scan.stream()) {
            return stream.toList();
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static boolean isBetween(byte[] start, byte[] key, byte[] end) {
        return Arrays.compareUnsigned(start, key) <= 0 && Arrays.compareUnsigned(key, end) <= 0;
    }
}
