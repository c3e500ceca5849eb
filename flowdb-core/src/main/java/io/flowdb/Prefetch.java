package io.flowdb;

import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.sstable.SstReader;
import java.util.List;

/**
 * Brings what reads of several keys will look at to the processor: of all keys at once, where a read waits twice, for
 * its locator and its block. Stateless.
 */
final class Prefetch {
    /** Tables of so many bytes are in the processor's caches anyway. */
    private static final long SMALL_BYTES = 8 << 20;

    /** A few keys are read as soon. */
    private static final int FEWEST = 4;

    /** So many loads may be under way at once. */
    private static final int AT_ONCE = 16;

    private static int kept; // what was read adds up to something, so that the compiler keeps the reads

    private Prefetch() {}

    /** Touches what reads of the keys will look at in the sorted tables, where most data are. */
    static void of(SstSet ssts, List<byte[]> keys) {
        if (keys.size() < FEWEST || ssts.sortedBytes() < SMALL_BYTES) {
            return;
        }
        SstReader[] tables = new SstReader[AT_ONCE];
        long[] places = new long[AT_ONCE]; // the keys' hashes first
        int sum = 0;
        for (int first = 0; first < keys.size(); first += AT_ONCE) {
            int count = Math.min(AT_ONCE, keys.size() - first);
            /*
             * What takes long is kept out of the other loops: a processor looks a few hundred instructions ahead for
             * what it can load meanwhile.
             */
            for (int i = 0; i < count; i++) {
                byte[] key = keys.get(first + i);
                tables[i] = table(ssts, key);
                places[i] = KeyHash.of(key, 0, key.length);
            }
            for (int i = 0; i < count; i++) {
                places[i] = tables[i].locate(places[i]);
            }
            for (int i = 0; i < count; i++) {
                sum += tables[i].touch(places[i]);
            }
        }
        if (sum < 0) { // never, which the compiler cannot know
            kept = sum;
        }
    }

    private static SstReader table(SstSet ssts, byte[] key) {
        List<Sst> sorted = ssts.sorted();
        return sorted.get(Math.min(ssts.sortedAt(key), sorted.size() - 1)).reader();
    }
}
