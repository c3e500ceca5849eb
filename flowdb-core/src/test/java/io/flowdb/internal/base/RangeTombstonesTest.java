package io.flowdb.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers compared with a look at every tombstone. */
final class RangeTombstonesTest {
    private static final int KEYS = 40;

    @Test
    void covering_randomTombstones_answersAsALookAtEachDoes() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int count = 1 + random.nextInt(30);
            List<RangeTombstone> all = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                int from = random.nextInt(KEYS);
                all.add(new RangeTombstone(key(from), key(from + 1 + random.nextInt(KEYS - from)), i));
            }
            RangeTombstones arranged = RangeTombstones.of(all);
            int some = random.nextInt(count + 1);
            RangeTombstones extended = RangeTombstones.of(all.subList(0, some)).extendedTo(all, 64);
            for (int key = 0; key <= KEYS; key++) {
                for (long upTo = 0; upTo <= count; upTo++) {
                    long expected = expected(all, key(key), upTo);
                    String what = "flowdb.test.seed=" + seed + ", round " + round + ", key " + key + " up to " + upTo;
                    assertThat(covering(arranged, key, upTo)).as(what).isEqualTo(expected);
                    assertThat(covering(extended, key, upTo)).as(what).isEqualTo(expected);
                }
            }
            RangeTombstones grown = RangeTombstones.of(all.subList(0, some));
            for (int size = some; size < count; ) {
                size = Math.min(count, size + 1 + random.nextInt(3));
                grown = grown.extendedTo(all.subList(0, size), 2);
            }
            for (int key = 0; key <= KEYS; key++) {
                long upTo = random.nextInt(count + 1);
                assertThat(covering(grown, key, upTo))
                        .as("flowdb.test.seed=" + seed + ", round " + round)
                        .isEqualTo(expected(all, key(key), upTo));
            }
            assertThat(arranged.all()).isEqualTo(all);
            assertThat(extended.all()).isEqualTo(all);
        }
    }

    @Test
    void covering_emptyKeyAndKeyPrefixes_areToldApart() {
        RangeTombstones ranges = RangeTombstones.of(List.of(
                new RangeTombstone(new byte[0], new byte[] {1}, 5),
                new RangeTombstone(new byte[] {1, 0}, new byte[] {1, 0, 0}, 7)));
        assertThat(ranges.covering(new byte[] {0, 9}, 0, 2, 9)).isEqualTo(5);
        assertThat(ranges.covering(new byte[] {1}, 0, 1, 9)).isZero();
        assertThat(ranges.covering(new byte[] {1, 0}, 0, 2, 9)).isEqualTo(7);
        assertThat(ranges.covering(new byte[] {1, 0, 0}, 0, 3, 9)).isZero();
    }

    private static long expected(List<RangeTombstone> all, byte[] key, long upTo) {
        long highest = 0;
        for (RangeTombstone t : all) {
            if (t.seqno() <= upTo
                    && Arrays.compareUnsigned(t.start(), key) <= 0
                    && Arrays.compareUnsigned(key, t.end()) < 0) {
                highest = Math.max(highest, t.seqno());
            }
        }
        return highest;
    }

    private static long covering(RangeTombstones ranges, int key, long upTo) {
        byte[] bytes = key(key);
        return ranges.covering(bytes, 0, bytes.length, upTo);
    }

    private static byte[] key(int number) {
        return new byte[] {'k', (byte) number};
    }
}
