package io.flowdb.internal.compaction;

import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.merge.RetainedCursor;
import io.flowdb.internal.sstable.SstProperties;
import java.util.Arrays;
import java.util.List;

/**
 * Looks for older data in tables outside a flush or compaction.
 *
 * @param outside tables that may hold older data; newer ones among them only make the answer more careful
 */
public record OlderTables(List<Sst> outside) implements RetainedCursor.OlderData {

    @Override
    public boolean mayExist(byte[] key, int offset, int length) {
        if (outside.isEmpty()) {
            return false;
        }
        byte[] exact = Arrays.copyOfRange(key, offset, offset + length);
        long hash = KeyHash.of(exact, 0, exact.length);
        for (Sst table : outside) {
            SstProperties p = table.meta().properties();
            if (Arrays.compareUnsigned(exact, p.minKey()) >= 0
                    && Arrays.compareUnsigned(exact, p.maxKey()) <= 0
                    && table.reader().mayContainKey(exact, hash)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean mayExist(RangeTombstone range) {
        for (Sst table : outside) {
            SstProperties p = table.meta().properties();
            if (Arrays.compareUnsigned(p.maxKey(), range.start()) >= 0
                    && Arrays.compareUnsigned(p.minKey(), range.end()) < 0) {
                return true;
            }
        }
        return false;
    }
}
