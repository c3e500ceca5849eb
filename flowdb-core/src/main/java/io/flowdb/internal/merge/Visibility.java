package io.flowdb.internal.merge;

import io.flowdb.internal.base.RangeTombstones;
import java.util.List;

/**
 * Which entries a reader may see.
 *
 * @param snapshot highest visible sequence number
 * @param nowMicros entries that expire are gone up to then
 * @param tombstones range tombstones of all sources
 */
public record Visibility(long snapshot, long nowMicros, List<RangeTombstones> tombstones) {

    /** Sequence number up to which range tombstones hide records of the key; 0 for none. */
    public long hiddenUpTo(byte[] key, int offset, int length) {
        long highest = 0;
        for (int i = 0; i < tombstones.size(); i++) {
            highest = Math.max(highest, tombstones.get(i).covering(key, offset, length, snapshot));
        }
        return highest;
    }
}
