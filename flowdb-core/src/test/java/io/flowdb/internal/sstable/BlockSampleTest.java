package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.io.MemoryFileSystem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is said of a table by some of its blocks, against what was written to it. */
class BlockSampleTest {
    private static final Path FILE = Path.of("table");
    private static final long NEVER = Long.MAX_VALUE;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final MemoryFileSystem files = new MemoryFileSystem();
    private final BlockCache cache = new BlockCache(1 << 20);
    private int tables;

    /** An entry of the table that is written. */
    private record Written(String key, long expireAt, int valueBytes) {}

    private SstReader table(List<Written> entries, List<RangeTombstone> tombstones) {
        Path file = Path.of(FILE.toString() + tables++);
        try (SstWriter writer = new SstWriter(files.create(file), 7, new SstOptions(512, 10, Codec.NONE, 1 << 20))) {
            ShownEntry shown = new ShownEntry();
            for (Written entry : entries) {
                byte[] key = entry.key().getBytes(StandardCharsets.UTF_8);
                shown.showKey(key, 0, key.length);
                shown.showTimes((byte) 1, 0, 10, entry.expireAt());
                shown.showValue(new byte[entry.valueBytes()], 0, entry.valueBytes());
                writer.add(shown);
            }
            tombstones.forEach(writer::add);
            writer.finish();
        }
        return SstReader.open(files.open(file), 7, cache, new IndexMemory(1 << 20), new FilterStats());
    }

    private static String key(int number) {
        return String.format("key%06d", number);
    }

    private static RangeTombstone deleted(int from, int to, long seqno) {
        return new RangeTombstone(
                key(from).getBytes(StandardCharsets.UTF_8), key(to).getBytes(StandardCharsets.UTF_8), seqno);
    }

    private static double hidden(SstReader table, RangeTombstone... newer) {
        return table.sample().hiddenShare(List.of(RangeTombstones.of(List.of(newer))));
    }

    /** The least moment at which at least half of the bytes have expired, found by trying all of them. */
    private static long halfExpiredAt(List<Written> entries) {
        long total = entries.stream().mapToLong(BlockSampleTest::bytes).sum();
        return entries.stream()
                .mapToLong(Written::expireAt)
                .filter(t -> 2
                                * entries.stream()
                                        .filter(e -> e.expireAt() <= t)
                                        .mapToLong(BlockSampleTest::bytes)
                                        .sum()
                        >= total)
                .min()
                .orElse(NEVER);
    }

    private static long bytes(Written entry) {
        return entry.key().length() + entry.valueBytes();
    }

    @Test
    void halfExpired_tableOfFewBlocks_isExact() {
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<Written> entries = new ArrayList<>();
            int expiring = random.nextInt(101);
            int count = 1 + random.nextInt(100);
            for (int i = 0; i < count; i++) {
                long expireAt = random.nextInt(100) < expiring ? random.nextInt(50) : NEVER;
                entries.add(new Written(key(i), expireAt, random.nextInt(random.nextBoolean() ? 10 : 100)));
            }
            try (SstReader table = table(entries, List.of())) {
                assertThat(table.blockCount()).isLessThanOrEqualTo(16);
                assertThat(table.sample().halfExpiredAt())
                        .as("round %d, seed %d", round, seed)
                        .isEqualTo(halfExpiredAt(entries));
            }
        }
    }

    @Test
    void halfExpired_tableOfManyBlocks_isNearAndReadsFew() {
        List<Written> entries = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            entries.add(new Written(key(i), i, 50));
        }
        try (SstReader table = table(entries, List.of())) {
            assertThat(table.blockCount()).isGreaterThan(1_024);
            assertThat(table.sample().halfExpiredAt()).isCloseTo(10_000, within(1_000L));
            assertThat(cache.hits() + cache.misses()).isZero();
        }
    }

    @Test
    void halfExpired_onlyTombstonesOfRanges_isNever() {
        try (SstReader table = table(List.of(), List.of(deleted(1, 2, 10)))) {
            assertThat(table.sample().halfExpiredAt()).isEqualTo(NEVER);
            assertThat(hidden(table, deleted(0, 9, 11))).isZero();
        }
    }

    @Test
    void hiddenShare_ofWhatNewerTombstonesCover() {
        List<Written> entries = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            entries.add(new Written(key(i), NEVER, 50));
        }
        try (SstReader table = table(entries, List.of())) {
            assertThat(hidden(table, deleted(0, 20_000, 11))).isEqualTo(1);
            assertThat(hidden(table, deleted(0, 20_000, 10))).as("not newer").isZero();
            assertThat(hidden(table, deleted(20_000, 30_000, 11))).isZero();
            assertThat(hidden(table, deleted(0, 5_000, 11))).isCloseTo(0.25, within(0.07));
            assertThat(hidden(table, deleted(0, 5_000, 11), deleted(0, 5_000, 12)))
                    .as("twice")
                    .isCloseTo(0.25, within(0.07));
            assertThat(hidden(table, deleted(0, 5_000, 11), deleted(4_000, 10_000, 12)))
                    .isCloseTo(0.5, within(0.07));
        }
        try (SstReader table = table(entries.subList(0, 10), List.of())) {
            assertThat(hidden(table, deleted(0, 9, 11)))
                    .as("in one of two blocks")
                    .isEqualTo(0.5);
        }
    }

    /** What its own tombstones hide is there for a snapshot: a merge would keep it. */
    @Test
    void hiddenShare_ofWhatItsOwnTombstonesHide_isNone() {
        List<Written> entries = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            entries.add(new Written(key(i), NEVER, 50));
        }
        try (SstReader table = table(entries, List.of(deleted(0, 10_000, 11)))) {
            assertThat(hidden(table, deleted(0, 10_000, 12))).isZero();
            assertThat(hidden(table, deleted(0, 20_000, 12))).isCloseTo(0.5, within(0.07));
        }
    }
}
