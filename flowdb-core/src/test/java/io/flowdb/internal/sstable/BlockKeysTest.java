package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.sstable.IndexPartition.Last;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Searches in blocks, with and without the words of their keys, against one entry after the other. */
class BlockKeysTest {
    private static final int ROUNDS = 3_000;
    private static final int SEARCHES = 40;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AlikeKeys alike = new AlikeKeys(random);

    @Test
    void lowerBound_anyBlock_isTheFirstAtOrBehind() {
        int withKeys = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] head = alike.key(random.nextInt(60)); // beyond 32 bytes, entries share them with their restart point
            List<Last> entries = entries(head);
            List<Integer> offsets = new ArrayList<>();
            byte[] block = block(entries, offsets);
            int end = Block.end(block);
            offsets.add(end);
            long[] keys = BlockKeys.of(block);
            withKeys += keys == null ? 0 : 1;
            assertThat(keys == null ? 0 : 16 + 8 * keys.length)
                    .as("flowdb.test.seed=%d round %d", seed, round)
                    .isEqualTo(BlockKeys.mostBytes(block));
            for (int i = 0; i < SEARCHES; i++) {
                Last wanted = wanted(head, entries);
                int expected = offsets.get(AlikeKeys.firstAtOrBehind(entries, wanted));
                assertThat(Block.lowerBound(block, end, wanted.key(), wanted.ts(), wanted.seqno()))
                        .as("flowdb.test.seed=%d round %d search %d", seed, round, i)
                        .isEqualTo(expected);
                if (keys != null) {
                    assertThat(BlockKeys.lowerBound(keys, block, end, wanted.key(), wanted.ts(), wanted.seqno()))
                            .as("flowdb.test.seed=%d round %d search %d with keys", seed, round, i)
                            .isEqualTo(expected);
                }
            }
        }
        assertThat(withKeys).as("blocks that have keys").isBetween(ROUNDS / 4, ROUNDS - 1);
    }

    /** Offsets of entries are 16 bits. */
    @Test
    void of_blockBeyond64KiB_isNone() {
        List<Last> entries = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            entries.add(new Last(new byte[] {(byte) i}, 0, 1));
        }
        assertThat(BlockKeys.of(block(entries, new ArrayList<>(), 3_000))).isNotNull();
        assertThat(BlockKeys.of(block(entries, new ArrayList<>(), 4_000))).isNull();
    }

    private List<Last> entries(byte[] head) {
        TreeSet<Last> entries = new TreeSet<>(AlikeKeys.ORDER);
        int count = 1 + random.nextInt(80);
        int tail = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            entries.add(new Last(
                    AlikeKeys.join(head, alike.key(random.nextInt(tail))), random.nextInt(4), random.nextInt(4)));
        }
        return List.copyOf(entries);
    }

    private Last wanted(byte[] head, List<Last> entries) {
        byte[] key = switch (random.nextInt(4)) {
            case 0 -> alike.key(random.nextInt(12));
            case 1 -> entries.get(random.nextInt(entries.size())).key();
            case 2 -> Arrays.copyOf(head, random.nextInt(head.length + 1));
            default -> AlikeKeys.join(head, alike.key(random.nextInt(20)));
        };
        return new Last(key, random.nextInt(4), random.nextInt(4));
    }

    private byte[] block(List<Last> entries, List<Integer> offsets) {
        return block(entries, offsets, random.nextInt(200));
    }

    private static byte[] block(List<Last> entries, List<Integer> offsets, int valueBytes) {
        BlockBuilder builder = new BlockBuilder();
        ShownEntry shown = new ShownEntry();
        shown.showValue(new byte[valueBytes], 0, valueBytes);
        for (Last entry : entries) {
            offsets.add(builder.nextOffset());
            shown.showKey(entry.key(), 0, entry.key().length);
            shown.showTimes((byte) 1, entry.ts(), entry.seqno(), Long.MAX_VALUE);
            builder.add(shown);
        }
        return Arrays.copyOf(builder.finish(), builder.finishedBytes());
    }
}
