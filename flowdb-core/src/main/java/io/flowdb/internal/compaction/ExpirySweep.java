package io.flowdb.internal.compaction;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.sstable.SstProperties;
import java.util.ArrayList;
import java.util.List;

/** Finds tables that can be dropped without being read, as everything in them has expired. Stateless. */
public final class ExpirySweep {
    private ExpirySweep() {}

    /** Tables in which everything has expired at {@code before} and that hide nothing in a table that stays. */
    public static List<Sst> droppable(SstSet set, long before) {
        List<Sst> expired = new ArrayList<>();
        List<Sst> staying = new ArrayList<>();
        for (Sst table : set.tables()) {
            SstProperties p = table.meta().properties();
            (p.entryCount() > 0 && p.maxExpireAt() <= before ? expired : staying).add(table);
        }
        /*
         * An expired table that has to stay may have records that another expired one hides: repeated until no more
         * have to stay.
         */
        List<Sst> hiding = expired.stream().filter(t -> mayHide(t, staying)).toList();
        while (!hiding.isEmpty()) {
            expired.removeAll(hiding);
            staying.addAll(hiding);
            hiding = expired.stream().filter(t -> mayHide(t, staying)).toList();
        }
        return expired;
    }

    /** Whether a record of the table, though expired, may be newer than one of the same key in the others. */
    private static boolean mayHide(Sst table, List<Sst> others) {
        SstProperties p = table.meta().properties();
        List<Sst> older = others.stream()
                .filter(t -> t.meta().properties().minSeqno() < p.maxSeqno())
                .toList();
        return new OlderTables(older).mayExist(new RangeTombstone(p.minKey(), Keys.successor(p.maxKey()), 0));
    }
}
