package io.flowdb.internal.compaction;

import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.merge.RetainedCursor;
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
            if (table.meta().properties().contains(exact) && table.reader().mayContainKey(exact, hash)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean mayExist(RangeTombstone range) {
        for (Sst table : outside) {
            if (table.meta().properties().touches(range.start(), range.end())) {
                return true;
            }
        }
        return false;
    }
}
