package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A walk over much more data than the heap holds: another JVM with 128 MiB of heap and a block cache of 16 MiB loads
 * 160 MiB, opens them again and walks over all of them, in both directions. {@code -Dflowdb.test.scanMiB=1024} makes it
 * a gigabyte.
 */
@Tag("heap")
class FullScanHeapTest {
    private static final int MIB = Integer.getInteger("flowdb.test.scanMiB", 160);

    @TempDir
    Path dir;

    @Test
    void scan_dataLargerThanTheHeap_needsABoundedPartOfIt() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        try (ChildJvm child = ChildJvm.start(options, Walker.class, dir.toString(), Integer.toString(MIB))) {
            assertThat(child.readLine()).isEqualTo("loaded");
            assertThat(child.readLine()).isEqualTo("forward");
            assertThat(child.readLine()).isEqualTo("backward");
        }
    }

    /** The other JVM's part. Record i has key i, big-endian, and a value of 1,000 bytes that follow from i. */
    static final class Walker {
        private static final int VALUE_BYTES = 1_000;
        private static final int BATCH = 100;
        private static final int CACHE_BYTES = 16 << 20;

        private Walker() {}

        public static void main(String[] args) {
            long records = Long.parseLong(args[1]) * (1 << 20) / VALUE_BYTES;
            Config config = Config.builder()
                    .dataDir(Path.of(args[0]))
                    .memtableSize(4 << 20)
                    .blockCacheCapacity(CACHE_BYTES)
                    .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                    .build();
            try (Engine engine = Engine.open(config)) {
                WriteBatch batch = new WriteBatch();
                for (long i = 0; i < records; i++) {
                    batch.put(key(i), i, FlowRecord.NEVER, value(i));
                    if (batch.size() == BATCH || i == records - 1) {
                        engine.write(batch);
                        batch.clear();
                    }
                }
            }
            System.out.println("loaded");
            try (Engine engine = Engine.open(config)) {
                walk(engine, Query.all(), records, 0, 1);
                System.out.println("forward");
                walk(engine, Query.all().reverse(), records, records - 1, -1);
                assertThat(engine.stats().cache().bytes()).isBetween(CACHE_BYTES / 2L, (long) CACHE_BYTES);
                System.out.println("backward");
            }
        }

        private static void walk(Engine engine, Query query, long records, long first, long step) {
            long expected = first;
            long found = 0;
            try (RecordScan scan = engine.scan(query)) {
                for (; scan.hasNext(); found++, expected += step) {
                    FlowRecord record = scan.next();
                    assertThat(ByteBuffer.wrap(record.key()).getLong()).isEqualTo(expected);
                    assertThat(record.ts()).isEqualTo(expected);
                    assertThat(record.value()).isEqualTo(value(expected));
                }
            }
            assertThat(found).isEqualTo(records);
        }

        private static byte[] key(long i) {
            return ByteBuffer.allocate(Long.BYTES).putLong(i).array();
        }

        private static byte[] value(long i) {
            byte[] value = new byte[VALUE_BYTES];
            new Random(i).nextBytes(value);
            return value;
        }
    }
}
