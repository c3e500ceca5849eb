package io.flowdb.internal.compaction;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.merge.MergingCursor;
import io.flowdb.internal.merge.RetainedCursor;
import io.flowdb.internal.merge.Retention;
import io.flowdb.internal.sstable.EntriesOutOfOrderException;
import io.flowdb.internal.sstable.ScanOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Merges parts of some tables into new ones. Threads: any, each with another slice.
 *
 * @param tables makes the new tables
 * @param inputs what is merged
 * @param older what may hold older data than the inputs
 * @param retention what readers still need
 * @param level of the new tables
 * @param target bytes at which a table is finished, between keys
 */
record SliceMerge(TableStore tables, List<Sst> inputs, OlderTables older, Retention retention, int level, long target) {

    /**
     * What came of it.
     *
     * @param made new tables, durable, in the order of their keys
     * @param bytesRead length of the inputs that were read
     * @param expired records left out because they had expired
     */
    record Result(List<Sst> made, long bytesRead, long expired) {}

    Result write(Slice slice, BooleanSupplier cancelled) {
        List<InternalCursor> sources = new ArrayList<>();
        List<RangeTombstone> tombstones = new ArrayList<>();
        List<Sst> touched = touched(slice);
        for (Sst input : touched) {
            sources.add(input.reader().cursor(ScanOptions.BACKGROUND));
            input.reader().tombstones().all().stream().map(slice::clip).forEach(tombstones::addAll);
        }
        if (sources.isEmpty()) {
            return new Result(List.of(), 0, 0);
        }
        try (MergingCursor merged = new MergingCursor(sources, slice.start(), slice.end())) {
            RetainedCursor entries = new RetainedCursor(merged, RangeTombstones.of(tombstones), retention, older);
            List<Sst> made = tables.write(entries, level, target, cancelled);
            return new Result(made, SstSet.bytesOf(touched), entries.expiredCount());
        } catch (EntriesOutOfOrderException e) {
            String files = touched.stream().map(t -> t.reader().fileName()).collect(Collectors.joining(", "));
            throw new CorruptionException(files, -1, "in one of them " + e.getMessage());
        }
    }

    /** Those of the inputs that reach into the slice. */
    List<Sst> touched(Slice slice) {
        return inputs.stream().filter(t -> slice.touches(t.meta().properties())).toList();
    }
}
