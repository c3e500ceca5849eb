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
 * Another JVM with a small heap and default settings, which ask for 576 MiB: three memtables, the block cache and the
 * indexes. It ended with {@link OutOfMemoryError} before the first memtable was full, and in compactions, which kept 36
 * bytes for each key of a table of up to 128 MiB. Twenty million records with 128 MiB: {@code
 * -Dflowdb.test.smallRecords=20000000 -Dflowdb.test.smallHeapMiB=128}.
 */
@Tag("heap")
class SmallHeapTest {
    private static final int RECORDS = Integer.getInteger("flowdb.test.smallRecords", 1_500_000);
    private static final int HEAP_MIB = Integer.getInteger("flowdb.test.smallHeapMiB", 64);

    @TempDir
    Path dir;

    @Test
    void defaults_inASmallHeap_takeAndMergeManyTinyRecords() throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx" + HEAP_MIB + "m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        try (ChildJvm child = ChildJvm.start(options, Writer.class, dir.toString(), String.valueOf(RECORDS))) {
            for (String step : List.of("written", "merged", "read", "read again")) {
                assertThat(child.readLine()).isEqualTo(step);
            }
        }
    }

    /** The other JVM's part. */
    static final class Writer {
        private static final int BATCH = 1_000;
        private static final int POINT_READS = 20_000;

        private Writer() {}

        public static void main(String[] args) {
            int records = Integer.parseInt(args[1]);
            Config config = Config.builder()
                    .dataDir(Path.of(args[0]))
                    .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                    .build();
            try (Engine engine = Engine.open(config)) {
                for (int from = 0; from < records; from += BATCH) {
                    WriteBatch batch = new WriteBatch();
                    for (int i = from; i < Math.min(records, from + BATCH); i++) {
                        batch.put(key(i), 0, FlowRecord.NEVER, value(i));
                    }
                    engine.write(batch);
                }
                System.out.println("written");
                engine.flush();
                assertThat(engine.compact()).isTrue();
                System.out.println("merged");
                check(engine, records);
                System.out.println("read");
            }
            try (Engine engine = Engine.open(config)) {
                check(engine, records);
                System.out.println("read again");
            }
        }

        private static void check(Engine engine, int records) {
            assertThat(engine.stats().lastBackgroundError()).isNull();
            Random random = new Random(records);
            for (int i = 0; i < POINT_READS; i++) {
                int number = random.nextInt(records);
                assertThat(engine.get(key(number), 0).orElseThrow().value()).isEqualTo(value(number));
            }
            long found = 0;
            try (RecordCursor walk = engine.cursor(Query.all())) {
                while (walk.next()) {
                    found++;
                }
            }
            assertThat(found).isEqualTo(records);
        }

        /** In no order, but each once, as the factor is odd. */
        private static byte[] key(int number) {
            return ByteBuffer.allocate(8)
                    .putLong(number * 0x9e37_79b9_7f4a_7c15L)
                    .array();
        }

        private static byte[] value(int number) {
            return ByteBuffer.allocate(4).putInt(number).array();
        }
    }
}
