package io.flowdb.internal.sstable;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.sstable.IndexPartition.Builder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A search in a partition against one entry after the other. */
class IndexPartitionTest {
    private static final int ROUNDS = 3_000;
    private static final int SEARCHES = 40;
    private static final byte[] BYTES = {0, 1, 'a', 'b', (byte) 0x80, (byte) 0xff}; // few, so that keys are much alike

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void lowerBound_anyKeys_isTheFirstAtOrBehind() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] head = key(random.nextInt(12));
            List<Builder.Last> entries = entries(head);
            IndexPartition partition = partition(entries);
            for (int i = 0; i < SEARCHES; i++) {
                byte[] key = wantedKey(head, entries);
                Builder.Last wanted = new Builder.Last(key, random.nextInt(4), random.nextInt(4));
                assertThat(partition.lowerBound(wanted.key(), wanted.ts(), wanted.seqno()))
                        .as("flowdb.test.seed=%d round %d search %d", seed, round, i)
                        .isEqualTo(firstAtOrBehind(entries, wanted));
            }
        }
    }

    private List<Builder.Last> entries(byte[] head) {
        List<Builder.Last> entries = new ArrayList<>();
        int count = random.nextInt(20);
        byte[] like = key(random.nextInt(24)); // of two words or more that some share
        for (int i = 0; i < count; i++) {
            byte[] tail = random.nextInt(3) == 0 ? like : Arrays.copyOf(like, random.nextInt(like.length + 1));
            byte[] key = join(head, join(tail, key(random.nextInt(12))));
            entries.add(new Builder.Last(key, random.nextInt(4), random.nextInt(4)));
        }
        entries.sort(IndexPartitionTest::compare);
        return entries;
    }

    private byte[] wantedKey(byte[] head, List<Builder.Last> entries) {
        if (random.nextInt(8) == 0) {
            return key(random.nextInt(12));
        }
        if (entries.isEmpty() || random.nextBoolean()) {
            return join(head, key(random.nextInt(12)));
        }
        byte[] near = entries.get(random.nextInt(entries.size())).key();
        return join(Arrays.copyOf(near, random.nextInt(near.length + 1)), key(random.nextInt(3)));
    }

    private static IndexPartition partition(List<Builder.Last> entries) {
        Builder builder = new Builder();
        entries.forEach(entry -> builder.add(entry, new BlockHandle(0, 1), entry.ts(), entry.ts()));
        return IndexPartition.decode(builder.finish(), "test");
    }

    private static int firstAtOrBehind(List<Builder.Last> entries, Builder.Last wanted) {
        int at = 0;
        while (at < entries.size() && compare(entries.get(at), wanted) < 0) {
            at++;
        }
        return at;
    }

    /** Key ascending, ts ascending, sequence number descending. */
    private static int compare(Builder.Last a, Builder.Last b) {
        int order = Arrays.compareUnsigned(a.key(), b.key());
        if (order == 0) {
            order = Long.compare(a.ts(), b.ts());
        }
        return order != 0 ? order : Long.compare(b.seqno(), a.seqno());
    }

    private byte[] key(int length) {
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = BYTES[random.nextInt(BYTES.length)];
        }
        return key;
    }

    private static byte[] join(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }
}
