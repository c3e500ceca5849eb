package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.sstable.IndexPartition.Builder;
import io.flowdb.internal.sstable.IndexPartition.Last;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A search in a partition against one entry after the other. */
class IndexPartitionTest {
    private static final int ROUNDS = 3_000;
    private static final int SEARCHES = 40;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AlikeKeys alike = new AlikeKeys(random);

    @Test
    void lowerBound_anyKeys_isTheFirstAtOrBehind() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] head = alike.key(random.nextInt(12));
            List<Last> entries = entries(head);
            IndexPartition partition = partition(entries);
            for (int i = 0; i < SEARCHES; i++) {
                byte[] key = wantedKey(head, entries);
                Last wanted = new Last(key, random.nextInt(4), random.nextInt(4));
                assertThat(partition.lowerBound(wanted.key(), wanted.ts(), wanted.seqno()))
                        .as("flowdb.test.seed=%d round %d search %d", seed, round, i)
                        .isEqualTo(AlikeKeys.firstAtOrBehind(entries, wanted));
            }
        }
    }

    private List<Last> entries(byte[] head) {
        List<Last> entries = new ArrayList<>();
        int count = random.nextInt(20);
        byte[] like = alike.key(random.nextInt(24)); // of two words or more that some share
        for (int i = 0; i < count; i++) {
            byte[] tail = random.nextInt(3) == 0 ? like : Arrays.copyOf(like, random.nextInt(like.length + 1));
            byte[] key = AlikeKeys.join(head, AlikeKeys.join(tail, alike.key(random.nextInt(12))));
            entries.add(new Last(key, random.nextInt(4), random.nextInt(4)));
        }
        entries.sort(AlikeKeys.ORDER);
        return entries;
    }

    private byte[] wantedKey(byte[] head, List<Last> entries) {
        if (random.nextInt(8) == 0) {
            return alike.key(random.nextInt(12));
        }
        if (entries.isEmpty() || random.nextBoolean()) {
            return AlikeKeys.join(head, alike.key(random.nextInt(12)));
        }
        byte[] near = entries.get(random.nextInt(entries.size())).key();
        return AlikeKeys.join(Arrays.copyOf(near, random.nextInt(near.length + 1)), alike.key(random.nextInt(3)));
    }

    private static IndexPartition partition(List<Last> entries) {
        Builder builder = new Builder();
        entries.forEach(entry -> builder.add(entry, new BlockHandle(0, 1), entry.ts(), entry.ts()));
        return IndexPartition.decode(builder.finish(), "test");
    }
}
