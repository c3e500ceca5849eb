package io.flowdb.internal.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order and age of the entries of a memtable, by a sorted map and a list. */
class MemtableTest {
    private static final int ENTRIES = 3_000;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private void put(Memtable memtable, byte[] key, long seqno) {
        byte[] op = new byte[OpCodec.HEADER_BYTES + key.length];
        OpCodec.encode(op, 0, Op.PUT, key, OpCodec.EMPTY);
        OpCodec.setExpireAt(op, 0, Long.MAX_VALUE);
        memtable.add(op, 0, seqno);
    }

    /** Keys of 1 to 40 bytes out of few values: many are prefixes of others, or agree in the first 8 or 16 bytes. */
    private byte[] key() {
        byte[] key = new byte[1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 20)];
        for (int i = 0; i < key.length; i++) {
            key[i] = random.nextInt(6) == 0 ? (byte) (random.nextInt(3) - 1) : 0;
        }
        return key;
    }

    @Test
    void walk_keysThatAgreeForLong_isInOrder() {
        Memtable memtable = new Memtable();
        TreeMap<byte[], Long> newest = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 1; i <= ENTRIES; i++) {
            byte[] key = key();
            put(memtable, key, i);
            newest.put(key, (long) i);
        }
        List<byte[]> found = new ArrayList<>();
        try (InternalCursor cursor = memtable.cursor()) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                int from = cursor.entry().keyOffset();
                byte[] key = Arrays.copyOfRange(
                        cursor.entry().keyArray(), from, from + cursor.entry().keyLength());
                if (found.isEmpty() || !Arrays.equals(found.get(found.size() - 1), key)) {
                    assertThat(cursor.entry().seqno()).as("seed " + seed).isEqualTo(newest.get(key));
                    found.add(key);
                }
            }
        }
        assertThat(found).as("seed " + seed).containsExactlyElementsOf(newest.keySet());
        newest.forEach((key, seqno) -> assertThat(memtable.seqno(memtable.find(key, 0, Long.MAX_VALUE)))
                .as("seed " + seed)
                .isEqualTo(seqno));
    }

    /**
     * A reader with an old snapshot of a version that is written over and over looked at all newer entries, one by one.
     */
    @Test
    @Timeout(30)
    void find_behindVeryManyNewerEntries_isASearch() {
        Memtable memtable = new Memtable();
        byte[] key = {7};
        int entries = 300_000;
        for (int seqno = 2; seqno <= 2 * entries; seqno += 2) {
            put(memtable, key, seqno);
        }
        for (int i = 0; i < 200_000; i++) {
            int atMost = i % 1_000;
            int node = memtable.find(key, 0, atMost);
            assertThat(node == 0 ? 0 : memtable.seqno(node)).isEqualTo(atMost & ~1);
        }
        assertThat(memtable.find(new byte[] {6}, 0, 1)).isZero();
        assertThat(memtable.find(key, 1, 1)).isZero();
    }

    /**
     * The tombstones of a memtable were arranged anew, all of them, for each 64 that came and were asked for: n * n /
     * 64.
     */
    @Test
    @Timeout(60)
    void tombstones_askedForWhileTheyBecomeMany_answerAsALookAtEach() {
        Memtable memtable = new Memtable();
        int count = 200_000;
        int[] starts = new int[count];
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            starts[i] = random.nextInt(1 << 20);
            ends[i] = starts[i] + 1 + random.nextInt(1 << 12);
            byte[] op = new byte[OpCodec.HEADER_BYTES + 8];
            OpCodec.encode(op, 0, Op.DELETE_RANGE, number(starts[i]), number(ends[i]));
            memtable.add(op, 0, i + 1);
            if (i % 65 == 0) {
                memtable.tombstones();
            }
            if (i % 1_000 == 999) {
                int key = random.nextInt(1 << 20);
                long atMost = 1 + random.nextInt(i + 1);
                long expected = 0;
                for (int j = 0; j < atMost; j++) {
                    expected = starts[j] <= key && key < ends[j] ? j + 1 : expected;
                }
                assertThat(memtable.tombstones().covering(number(key), 0, 4, atMost))
                        .as("seed " + seed)
                        .isEqualTo(expected);
            }
        }
        assertThat(memtable.tombstones().all()).hasSize(count);
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    @Test
    void findAbove_anySequenceNumber_looksAtAllLaterEntriesAndNoOther() {
        Memtable memtable = new Memtable();
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            keys.add(key());
            put(memtable, keys.get(i), 11 + 2 * i);
            if (random.nextInt(100) == 0 || i == ENTRIES - 1) {
                int first = random.nextInt(i + 1);
                List<byte[]> asked = new ArrayList<>();
                long above = 10 + 2 * first + random.nextInt(2) - 1;
                long none = memtable.findAbove(above, (array, offset, length) -> {
                    asked.add(Arrays.copyOfRange(array, offset, offset + length));
                    return false;
                });
                assertThat(none).isZero();
                assertThat(asked).as("seed " + seed).containsExactlyElementsOf(keys.subList(first, i + 1));
                byte[] wanted = keys.get(first + random.nextInt(i + 1 - first));
                long expected = 0;
                for (int j = i; j >= first; j--) {
                    expected = Arrays.equals(keys.get(j), wanted) ? 11 + 2 * j : expected;
                }
                assertThat(memtable.findAbove(
                                above,
                                (array, offset, length) ->
                                        Arrays.equals(array, offset, offset + length, wanted, 0, wanted.length)))
                        .as("seed " + seed)
                        .isEqualTo(expected);
            }
        }
        assertThat(memtable.findAbove(memtable.maxSeqno(), (array, offset, length) -> true))
                .isZero();
        assertThat(new Memtable().findAbove(0, (array, offset, length) -> true)).isZero();
    }
}
