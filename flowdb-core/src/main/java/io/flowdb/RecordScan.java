package io.flowdb;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A lazy walk over records in (key, ts) order, or its reverse. Close it; one thread at a time. One that has failed
 * fails again: begin a new one.
 */
public interface RecordScan extends Iterator<FlowRecord>, AutoCloseable {

    /** The remaining records; closing the stream closes the walk. */
    default Stream<FlowRecord> stream() {
        int characteristics = Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, characteristics), false)
                .onClose(this::close);
    }

    @Override
    void close();
}
