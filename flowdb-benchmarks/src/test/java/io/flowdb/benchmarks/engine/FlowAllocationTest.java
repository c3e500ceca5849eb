package io.flowdb.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.FlowRecord;
import io.flowdb.Query;
import io.flowdb.RecordCursor;
import io.flowdb.WriteBatch;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * What reads of FlowDB into arrays of the caller allocate: a point read the object of its search, a walk nothing for a
 * record.
 */
class FlowAllocationTest {
    private static final int RECORDS = 10_000;
    private static final int VALUE_BYTES = 100;
    private static final int SEARCH_BYTES = 64;

    private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final byte[] into = new byte[VALUE_BYTES];

    private interface Read {
        /** Reads {@code RECORDS} records; returns the bytes of their values. */
        long run();
    }

    @Test
    void readsIntoAnArray_allocateTheSearchOrNothing() {
        Config config = Config.builder().inMemory(true).autoBackground(false).build();
        try (Engine engine = Engine.open(config)) {
            WriteBatch batch = new WriteBatch();
            for (int i = 0; i < RECORDS; i++) {
                batch.put(key(i), i, FlowRecord.NEVER, new byte[VALUE_BYTES]);
            }
            engine.write(batch);
            check(engine, "memtable");
            engine.flush();
            check(engine, "table");
        }
    }

    private void check(Engine engine, String place) {
        byte[] key = key(7);
        assertThat(allocated(() -> {
                    long bytes = 0;
                    for (int i = 0; i < RECORDS; i++) {
                        bytes += engine.get(key, 7, into);
                    }
                    return bytes;
                }))
                .as("point reads of a %s", place)
                .isLessThan((SEARCH_BYTES + 1) * RECORDS);
        assertThat(allocated(() -> {
                    long bytes = 0;
                    try (RecordCursor cursor = engine.cursor(Query.all())) {
                        while (cursor.next()) {
                            cursor.copyKey(into, 0);
                            bytes += cursor.copyValue(into, 0);
                        }
                    }
                    return bytes;
                }))
                .as("walk over a %s", place)
                .isLessThan(3 * RECORDS);
    }

    /** Bytes that a second run allocates: the first one fills the cache. */
    private long allocated(Read read) {
        assertThat(read.run()).isEqualTo((long) RECORDS * VALUE_BYTES);
        long before = memory.getCurrentThreadAllocatedBytes();
        read.run();
        return memory.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] key(int i) {
        return new byte[] {(byte) (i >> 8), (byte) i};
    }
}
