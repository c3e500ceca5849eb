package io.flowdb.internal.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

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
