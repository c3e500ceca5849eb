package io.flowdb.internal.manifest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all edits so far add up to. Immutable.
 *
 * @param tables live tables by id
 * @param firstWalSegment see {@link ManifestEdit}
 * @param flushedSeqno see {@link ManifestEdit}
 * @param nextFileId see {@link ManifestEdit}
 */
public record ManifestState(Map<Long, SstMeta> tables, long firstWalSegment, long flushedSeqno, long nextFileId) {
    /** Of a new directory. */
    public static final ManifestState EMPTY = new ManifestState(Map.of(), 1, 0, 1);

    /** The state after {@code edit}. */
    public ManifestState apply(ManifestEdit edit) {
        Map<Long, SstMeta> after = new HashMap<>(tables);
        for (long id : edit.removed()) {
            after.remove(id);
        }
        for (SstMeta meta : edit.added()) {
            after.put(meta.id(), meta);
        }
        return new ManifestState(
                Map.copyOf(after),
                Math.max(firstWalSegment, edit.firstWalSegment()),
                Math.max(flushedSeqno, edit.flushedSeqno()),
                Math.max(nextFileId, edit.nextFileId()));
    }

    ManifestEdit asEdit() {
        List<SstMeta> all = new ArrayList<>(tables.values());
        all.sort((a, b) -> Long.compare(a.id(), b.id()));
        return new ManifestEdit(all, List.of(), firstWalSegment, flushedSeqno, nextFileId);
    }
}
