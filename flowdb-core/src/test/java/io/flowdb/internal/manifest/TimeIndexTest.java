package io.flowdb.internal.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The index against a look at every item. */
class TimeIndexTest {

    /** An item with its range. */
    private record Item(int number, long min, long max) {
        boolean touches(long from, long to) {
            return min <= max && from <= to && min <= to && max >= from;
        }
    }

    private enum ItemRange implements TimeIndex.Range<Item> {
        RANGE;

        @Override
        public long min(Item item) {
            return item.min();
        }

        @Override
        public long max(Item item) {
            return item.max();
        }
    }

    static List<Long> seeds() {
        Long one = Long.getLong("flowdb.test.seed");
        if (one != null) {
            return List.of(one);
        }
        long start = System.nanoTime();
        return List.of(start, start + 1, start + 2, start + 3, start + 4, start + 5, start + 6, start + 7);
    }

    /**
     * Negative, extreme and near times, all widths: nothing that touches is left out, and what is left out does not
     * touch.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void candidates_ofRandomItems_areThoseThatTouch(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            long width = 1 + (random.nextLong() >>> 1 + random.nextInt(63));
            List<Item> items = new ArrayList<>();
            int count = random.nextInt(30);
            for (int i = 0; i < count; i++) {
                long min = time(random, width);
                long max = random.nextInt(4) == 0 ? time(random, width) : min + random.nextInt(1000);
                items.add(new Item(i, min, max));
            }
            TimeIndex<Item> index = TimeIndex.of(items, ItemRange.RANGE, width);
            assertThat(index.bucketCount()).isLessThanOrEqualTo(64 * items.size());
            for (int query = 0; query < 50; query++) {
                long from = time(random, width);
                long to = random.nextInt(3) == 0 ? time(random, width) : from + random.nextInt(5000);
                List<Item> found = index.candidates(from, to);
                assertThat(found)
                        .isSubsetOf(items)
                        .doesNotHaveDuplicates()
                        .isSortedAccordingTo((a, b) -> Integer.compare(a.number(), b.number()));
                assertThat(found)
                        .containsAll(
                                items.stream().filter(i -> i.touches(from, to)).toList());
            }
        }
    }

    private static long time(Random random, long width) {
        switch (random.nextInt(6)) {
            case 0:
                return Long.MIN_VALUE + random.nextInt(3);
            case 1:
                return Long.MAX_VALUE - random.nextInt(3);
            case 2:
                return random.nextLong();
            case 3:
                return width * (random.nextInt(9) - 4) + random.nextInt(3) - 1;
            default:
                return random.nextInt(20_000) - 10_000;
        }
    }

    /** A query reads the tables of its hours, not the others: that is what the index is for. */
    @Test
    void candidates_ofHourlyItems_areThoseOfTheWantedHours() {
        List<Item> hourly = new ArrayList<>();
        for (int hour = -500; hour < 500; hour++) {
            hourly.add(new Item(hour, hour * 3_600L, hour * 3_600L + 3_599));
        }
        TimeIndex<Item> index = TimeIndex.of(hourly, ItemRange.RANGE, 3_600);
        assertThat(index.bucketCount()).isEqualTo(1000);
        assertThat(index.candidates(-3_600, -1)).extracting(Item::number).containsExactly(-1);
        assertThat(index.candidates(-1, 0)).extracting(Item::number).containsExactly(-1, 0);
        assertThat(index.candidates(7_200, 14_399)).extracting(Item::number).containsExactly(2, 3);
        assertThat(index.candidates(3_600_000_000L, 3_600_000_001L)).isEmpty();
        assertThat(index.candidates(5, 4)).isEmpty();
        assertThat(index.candidates(Long.MIN_VALUE, Long.MAX_VALUE)).hasSize(1000);
    }

    /** One item over all of time does not become an entry for each bucket. */
    @Test
    void wideItems_standBesideTheBuckets() {
        List<Item> items = List.of(
                new Item(0, Long.MIN_VALUE, Long.MAX_VALUE), new Item(1, 0, 63), new Item(2, 0, 64), new Item(3, 9, 8));
        TimeIndex<Item> index = TimeIndex.of(items, ItemRange.RANGE, 1);
        assertThat(index.bucketCount()).isEqualTo(64);
        assertThat(index.candidates(1_000, 1_000)).extracting(Item::number).containsExactly(0, 2);
        assertThat(index.candidates(9, 9)).extracting(Item::number).containsExactly(0, 1, 2);
    }

    @Test
    void width_ofZero_isRefused() {
        assertThatThrownBy(() -> TimeIndex.of(List.of(), ItemRange.RANGE, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
