package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.base.VersionCursor;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.io.MemoryFileSystem;
import io.flowdb.internal.merge.ScanBounds;
import io.flowdb.internal.merge.Visibility;
import io.flowdb.internal.merge.VisibleScan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables of random entries, read in every way and compared with the sorted list they were made of: keys short and long,
 * with and without common beginnings, several versions of a key, several entries of a version, in blocks so small that
 * keys and versions cross their borders. The seed is in the test's name; {@code -Dflowdb.test.seed=N} runs one alone.
 */
class SstModelTest {
    private static final Path FILE = Path.of("table");

    private final MemoryFileSystem files = new MemoryFileSystem();
    private final List<Entry> entries = new ArrayList<>();
    private Random random = new Random(0);

    static List<Long> seeds() {
        Long one = Long.getLong("flowdb.test.seed");
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            seeds.add(System.nanoTime() + i * 7919L);
        }
        return one != null ? List.of(one) : seeds;
    }

    /** An entry of the model, in internal order. */
    private record Entry(String text, long ts, long seqno, byte op, long expireAt, byte[] value)
            implements InternalEntry, Comparable<Entry> {
        @Override
        public int compareTo(Entry o) {
            int order = Arrays.compareUnsigned(keyArray(), o.keyArray());
            order = order != 0 ? order : Long.compare(ts, o.ts);
            return order != 0 ? order : Long.compare(o.seqno, seqno);
        }

        @Override
        public byte[] keyArray() {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public int keyOffset() {
            return 0;
        }

        @Override
        public int keyLength() {
            return text.length();
        }

        @Override
        public byte[] valueArray() {
            return value;
        }

        @Override
        public int valueOffset() {
            return 0;
        }

        @Override
        public int valueLength() {
            return value.length;
        }

        static String show(InternalEntry e) {
            return new String(e.keyArray(), e.keyOffset(), e.keyLength(), StandardCharsets.ISO_8859_1) + "@" + e.ts()
                    + "#"
                    + e.seqno() + " " + e.op() + " " + e.expireAt() + " "
                    + new String(e.valueArray(), e.valueOffset(), e.valueLength(), StandardCharsets.ISO_8859_1);
        }
    }

    @BeforeEach
    void clear() {
        entries.clear();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void table_random_isReadAsItWasWritten(long seed) {
        random = new Random(seed);
        write();
        long cacheBytes = random.nextInt(3) * 4_000L;
        FilterStats stats = new FilterStats();
        try (SstReader reader = SstReader.open(
                files.open(FILE), 7, new BlockCache(cacheBytes), new IndexMemory(random.nextInt(3) * 3_000L), stats)) {
            assertThat(reader.verify()).isEqualTo(entries.size());
            checkWalks(reader);
            checkVersions(reader);
            for (int i = 0; i < 300; i++) {
                checkSeek(reader, place());
                checkFind(reader, place());
                checkFindLatest(reader, place());
            }
            for (int i = 0; i < 20; i++) {
                checkVisible(reader);
            }
        }
    }

    private void write() {
        TreeSet<Entry> sorted = new TreeSet<>();
        int count = 1 + random.nextInt(600);
        while (sorted.size() < count) {
            Entry e = place();
            byte[] value = new byte[random.nextInt(10) == 0 ? random.nextInt(2_000) : random.nextInt(40)];
            Arrays.fill(value, (byte) ('a' + random.nextInt(20)));
            Op op = random.nextInt(5) == 0 ? Op.DELETE : Op.PUT;
            long expireAt = random.nextInt(5) == 0 ? e.ts() + random.nextInt(1_000) : Long.MAX_VALUE;
            sorted.add(new Entry(e.text(), e.ts(), e.seqno(), op.code(), expireAt, value));
        }
        entries.addAll(sorted);
        SstOptions options = new SstOptions(
                512 << random.nextInt(4),
                random.nextInt(2) * 10,
                random.nextBoolean() ? Codec.LZ4 : Codec.NONE,
                random.nextInt(4) == 0 ? 20 : 1 << 20);
        try (SstWriter writer = new SstWriter(files.create(FILE), 7, options)) {
            entries.forEach(writer::add);
            writer.finish();
        }
    }

    /** A place that may or may not hold an entry. */
    private Entry place() {
        String prefix = List.of("", "k", "\u00ff\u00ff", "eight/by", "x".repeat(35), "shared/".repeat(9))
                .get(random.nextInt(6));
        String key =
                prefix + Integer.toString(random.nextInt(1 << random.nextInt(8)), 36) + (prefix.isEmpty() ? "!" : "");
        if (random.nextInt(3) == 0) {
            key = longKey(key);
        }
        long ts = random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(12);
        return new Entry(key, ts, 1 + random.nextInt(1 << 1 + random.nextInt(20)), Op.PUT.code(), 0, new byte[0]);
    }

    /** One that the index does not hold whole, or one that is cut where a shorter one may stand for it. */
    private String longKey(String begin) {
        String key = begin + (random.nextBoolean() ? "a" : "z").repeat(120 + random.nextInt(20));
        return random.nextInt(4) == 0 ? key.substring(0, 1 + random.nextInt(key.length())) : key;
    }

    private void checkWalks(SstReader reader) {
        List<String> expected = entries.stream().map(Entry::show).toList();
        try (SstCursor cursor = reader.cursor(ScanOptions.BACKGROUND)) {
            List<String> forward = new ArrayList<>();
            for (cursor.first(); cursor.valid(); cursor.next()) {
                forward.add(Entry.show(cursor.entry()));
            }
            assertThat(forward).isEqualTo(expected);
            List<String> backward = new ArrayList<>();
            for (cursor.last(); cursor.valid(); cursor.back()) {
                backward.add(0, Entry.show(cursor.entry()));
            }
            assertThat(backward).isEqualTo(expected);
        }
    }

    /** Versions with what is visible of them, forward and backward. */
    private void checkVersions(SstReader reader) {
        long atMost = random.nextInt(1 << 1 + random.nextInt(20));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < entries.size(); ) {
            Entry first = entries.get(i);
            Entry visible = null;
            for (; i < entries.size() && isVersion(entries.get(i), first); i++) {
                visible = visible == null && entries.get(i).seqno() <= atMost ? entries.get(i) : visible;
            }
            expected.add(visible == null ? first.text() + "@" + first.ts() + " hidden" : Entry.show(visible));
        }
        try (VersionCursor cursor = reader.cursor(ScanOptions.BACKGROUND)) {
            cursor.first();
            List<String> forward = new ArrayList<>();
            for (ShownEntry shown = new ShownEntry(); cursor.nextVersion(atMost, shown); ) {
                forward.add(version(shown));
            }
            assertThat(forward).isEqualTo(expected);
            cursor.last();
            List<String> backward = new ArrayList<>();
            for (ShownEntry shown = new ShownEntry(); cursor.previousVersion(atMost, shown); ) {
                backward.add(0, version(shown));
            }
            assertThat(backward).isEqualTo(expected);
        }
    }

    /**
     * What a reader sees between two keys and two times: the newest entries at or below its snapshot that are alive.
     */
    private void checkVisible(SstReader reader) {
        long atMost = random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(1 << 1 + random.nextInt(20));
        long now = random.nextInt(1_000);
        long minTs = random.nextBoolean() ? Long.MIN_VALUE : random.nextInt(6);
        long maxTs = random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(12);
        byte[] start = random.nextBoolean() ? null : place().keyArray();
        byte[] end = random.nextBoolean() ? null : place().keyArray();
        List<String> expected = new ArrayList<>();
        Entry decided = null; // of whose version the newest entry at or below the snapshot has been met
        for (Entry e : entries) {
            if (e.seqno() <= atMost && (decided == null || !isVersion(e, decided))) {
                decided = e;
                boolean inside = (start == null || Arrays.compareUnsigned(e.keyArray(), start) >= 0)
                        && (end == null || Arrays.compareUnsigned(e.keyArray(), end) < 0)
                        && e.ts() >= minTs
                        && e.ts() <= maxTs;
                if (inside && e.op() == Op.PUT.code() && e.expireAt() > now) {
                    expected.add(Entry.show(e));
                }
            }
        }
        for (boolean reversed : List.of(false, true)) {
            List<String> found = new ArrayList<>();
            try (VisibleScan scan = new VisibleScan(
                    List.of(reader.cursor(new ScanOptions(minTs, maxTs, true, true))),
                    new Visibility(atMost, now, List.of()),
                    new ScanBounds(start, end, minTs, maxTs, reversed))) {
                while (scan.next()) {
                    found.add(reversed ? 0 : found.size(), Entry.show(scan.current()));
                }
                assertThat(scan.next()).isFalse();
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    private static String version(ShownEntry shown) {
        String key = new String(shown.key(), StandardCharsets.ISO_8859_1);
        return shown.seqno() == 0 ? key + "@" + shown.ts() + " hidden" : Entry.show(shown);
    }

    private static boolean isVersion(Entry a, Entry b) {
        return a.text().equals(b.text()) && a.ts() == b.ts();
    }

    private void checkSeek(SstReader reader, Entry wanted) {
        int at = 0;
        while (at < entries.size() && entries.get(at).compareTo(wanted) < 0) {
            at++;
        }
        try (SstCursor cursor = reader.cursor(ScanOptions.BACKGROUND)) {
            cursor.seek(wanted.keyArray(), wanted.ts(), wanted.seqno());
            for (int i = at; i < Math.min(at + 30, entries.size()); i++) {
                assertThat(cursor.valid()).isTrue();
                assertThat(Entry.show(cursor.entry())).isEqualTo(Entry.show(entries.get(i)));
                cursor.next();
            }
            assertThat(cursor.valid()).isEqualTo(at + 30 < entries.size());
            cursor.seekBefore(wanted.keyArray(), wanted.ts(), wanted.seqno());
            for (int i = at - 1; i >= Math.max(0, at - 30); i--) {
                assertThat(cursor.valid()).isTrue();
                assertThat(Entry.show(cursor.entry())).isEqualTo(Entry.show(entries.get(i)));
                cursor.back();
            }
            assertThat(cursor.valid()).isEqualTo(at > 30);
        }
    }

    private void checkFind(SstReader reader, Entry wanted) {
        byte[] key = wanted.keyArray();
        PointLookup found = new PointLookup();
        reader.find(key, KeyHash.of(key, 0, key.length), wanted.ts(), wanted.seqno(), found);
        Entry expected = entries.stream()
                .filter(e -> e.text().equals(wanted.text()) && e.ts() == wanted.ts() && e.seqno() <= wanted.seqno())
                .findFirst()
                .orElse(null);
        assertThat(found.seqno()).isEqualTo(expected == null ? 0 : expected.seqno());
        if (expected != null) {
            assertThat(found.expireAt()).isEqualTo(expected.expireAt());
            assertThat(found.isAlive(Long.MIN_VALUE, 0)).isEqualTo(expected.op() == Op.PUT.code());
            assertThat(found.value()).isEqualTo(expected.value());
        }
    }

    private void checkFindLatest(SstReader reader, Entry wanted) {
        byte[] key = wanted.keyArray();
        PointLookup found = new PointLookup();
        reader.findLatest(key, KeyHash.of(key, 0, key.length), wanted.seqno(), found);
        Entry expected = null;
        for (Entry e : entries) {
            boolean later = expected == null || e.ts() > expected.ts();
            expected = later && e.text().equals(wanted.text()) && e.seqno() <= wanted.seqno() ? e : expected;
        }
        assertThat(found.seqno()).isEqualTo(expected == null ? 0 : expected.seqno());
        if (expected != null) {
            assertThat(found.ts()).isEqualTo(expected.ts());
            assertThat(found.expireAt()).isEqualTo(expected.expireAt());
            assertThat(found.value()).isEqualTo(expected.value());
        }
    }
}
