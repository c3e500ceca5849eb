package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A key lies in the ranges in which a look at each of them finds it. */
class SortedRangesTest {
    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private byte[] key() {
        byte[] key = new byte[1 + random.nextInt(2)];
        random.nextBytes(key);
        return key;
    }

    private static boolean contains(Preconditions.Range range, byte[] key) {
        return Arrays.compareUnsigned(range.start(), key) <= 0
                && (range.end() == null || Arrays.compareUnsigned(key, range.end()) < 0);
    }

    @Test
    void find_randomRanges_givesOneThatHoldsTheKeyIfThereIsOne() {
        int inside = 0;
        for (int round = 0; round < 3_000; round++) {
            List<Preconditions.Range> ranges = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                ranges.add(new Preconditions.Range(key(), random.nextInt(8) == 0 ? null : key()));
            }
            int from = random.nextInt(ranges.size());
            SortedRanges sorted = new SortedRanges(ranges, from);
            for (int i = 0; i < 20; i++) {
                byte[] key = key();
                byte[] within = new byte[key.length + 2];
                System.arraycopy(key, 0, within, 1, key.length);
                int found = sorted.find(within, 1, key.length);
                String about = "seed " + seed + ", round " + round;
                if (found >= 0) {
                    assertThat(found).as(about).isGreaterThanOrEqualTo(from);
                    assertThat(contains(ranges.get(found), key)).as(about).isTrue();
                    inside++;
                } else {
                    assertThat(ranges.subList(from, ranges.size())).as(about).noneMatch(range -> contains(range, key));
                }
            }
        }
        assertThat(inside).isGreaterThan(1_000);
    }
}
