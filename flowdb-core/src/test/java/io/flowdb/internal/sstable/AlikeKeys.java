package io.flowdb.internal.sstable;

import io.flowdb.internal.sstable.IndexPartition.Last;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Keys that are much alike, and a search that goes from one entry to the next. Threads: one. */
final class AlikeKeys {
    /** Key ascending, ts ascending, sequence number descending. */
    static final Comparator<Last> ORDER = Comparator.comparing(Last::key, Arrays::compareUnsigned)
            .thenComparingLong(Last::ts)
            .thenComparing(Last::seqno, Comparator.reverseOrder());

    private static final byte[] BYTES = {0, 1, 'a', 'b', (byte) 0x80, (byte) 0xff};

    private final Random random;

    AlikeKeys(Random random) {
        this.random = random;
    }

    byte[] key(int length) {
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = BYTES[random.nextInt(BYTES.length)];
        }
        return key;
    }

    static byte[] join(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }

    /** Position of the first entry at or behind {@code wanted}. */
    static int firstAtOrBehind(List<Last> entries, Last wanted) {
        int at = 0;
        while (at < entries.size() && ORDER.compare(entries.get(at), wanted) < 0) {
            at++;
        }
        return at;
    }
}
