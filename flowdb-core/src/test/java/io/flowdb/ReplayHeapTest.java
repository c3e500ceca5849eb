package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.io.NioFileSystem;
import io.flowdb.internal.wal.Wal;
import io.flowdb.internal.wal.WalOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM with a small heap opens a database whose log is longer than that heap, as after a crash of one with a large
 * heap. The log was read into memtables before anything was flushed, and the opening ended in {@link OutOfMemoryError}:
 * 150 MB of records took a heap of 512 MB. Then as many memtables were kept as writers may fill, though each was longer
 * than the settings say by a whole batch: five batches of 6 MB took more than 64 MB. {@code -Dflowdb.test.replayMiB=300 -Dflowdb.test.replayHeapMiB=64} takes
 * longer.
 */
@Tag("heap")
class ReplayHeapTest {
    private static final int LOG_MIB = Integer.getInteger("flowdb.test.replayMiB", 96);
    private static final int HEAP_MIB = Integer.getInteger("flowdb.test.replayHeapMiB", 48);
    private static final int VALUE_BYTES = 1_000;
    private static final int BATCH = 64;
    private static final int LONG_BATCHES = 5;
    private static final int LONG_BYTES = 6 << 20;

    @TempDir
    Path dir;

    /**
     * Writes the log as an engine does that is killed before it has flushed anything; returns the number of records.
     */
    private int writeLog() {
        Engine.open(Config.builder().dataDir(dir).build()).close();
        int records = 0;
        try (Wal wal = openLog()) {
            for (long bytes = 0; bytes < (long) LOG_MIB << 20; ) {
                WriteBatch batch = new WriteBatch();
                for (int i = 0; i < BATCH; i++) {
                    int number = records + i;
                    batch.put(key(number), number, FlowRecord.NEVER, value(number));
                }
                int length = (int) batch.sizeBytes();
                wal.append(records + 1, batch.encoded(), length, Crc32c.of(batch.encoded(), 0, length));
                wal.write(false);
                records += BATCH;
                bytes += length;
            }
        }
        return records;
    }

    private Wal openLog() {
        return Wal.open(
                NioFileSystem.INSTANCE,
                dir.resolve("wal"),
                new WalOptions(64 << 20, false),
                1,
                (tag, payload, file, offset) -> {},
                () -> {});
    }

    private List<String> linesOf(Class<?> main, String... arguments) throws IOException, InterruptedException {
        List<String> options = List.of("-Xmx" + HEAP_MIB + "m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        List<String> lines = new ArrayList<>();
        try (ChildJvm child = ChildJvm.start(options, main, arguments)) {
            for (String line = child.readLine(); line != null; line = child.readLine()) {
                lines.add(line);
            }
        }
        return lines;
    }

    @Test
    void open_logOfLongBatches_needsTheHeapOfOne() throws IOException, InterruptedException {
        Engine.open(Config.of(dir)).close();
        try (Wal wal = openLog()) {
            for (int number = 0; number < LONG_BATCHES; number++) {
                WriteBatch batch = new WriteBatch();
                batch.put(key(number), number, FlowRecord.NEVER, longValue(number));
                int length = (int) batch.sizeBytes();
                wal.append(number + 1, batch.encoded(), length, Crc32c.of(batch.encoded(), 0, length));
                wal.write(false);
            }
        }
        assertThat(linesOf(LongBatchOpener.class, dir.toString())).containsExactly("opened", "read");
    }

    private static byte[] longValue(int number) {
        byte[] value = new byte[LONG_BYTES];
        new Random(number).nextBytes(value);
        return value;
    }

    @Test
    void open_logLongerThanTheHeap_findsAllRecords() throws IOException, InterruptedException {
        int records = writeLog();
        List<String> lines = linesOf(Opener.class, dir.toString(), String.valueOf(records));
        assertThat(lines).containsExactly("refused", "opened", "read", "merged");
    }

    /** In no order, but each once, as the factor is odd. */
    private static byte[] key(int number) {
        return ByteBuffer.allocate(8).putLong(number * 0x9e37_79b9_7f4a_7c15L).array();
    }

    private static byte[] value(int number) {
        byte[] value = new byte[VALUE_BYTES];
        ByteBuffer.wrap(value).putInt(number);
        return value;
    }

    /** The other JVM's part with long batches. */
    static final class LongBatchOpener {
        private LongBatchOpener() {}

        public static void main(String[] args) {
            try (Engine engine = Engine.open(Config.of(Path.of(args[0])))) {
                System.out.println("opened");
                for (int number = 0; number < LONG_BATCHES; number++) {
                    byte[] found = engine.get(key(number), number).orElseThrow().value();
                    assertThat(Arrays.hashCode(found)).isEqualTo(Arrays.hashCode(longValue(number)));
                }
                System.out.println("read");
            }
        }
    }

    /** The other JVM's part. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] args) {
            int records = Integer.parseInt(args[1]);
            Config config = Config.builder().dataDir(Path.of(args[0])).build();
            /* A reader would have to keep all of the log in memory. */
            assertThatThrownBy(
                            () -> Engine.open(config.toBuilder().readOnly(true).build()))
                    .isInstanceOf(LimitExceededException.class);
            System.out.println("refused");
            try (Engine engine = Engine.open(config)) {
                System.out.println("opened");
                assertThat(engine.lastSeqno()).isEqualTo(records);
                for (int number = 0; number < records; number += records / 1_000) {
                    assertThat(engine.get(key(number), number).orElseThrow().value())
                            .isEqualTo(value(number));
                }
                assertThat(engine.stats().tables().records()
                                + engine.stats().memtables().records())
                        .isGreaterThanOrEqualTo(records);
                System.out.println("read");
                engine.compact(); // of as many tables as the small memtables have made
                assertThat(engine.stats().lastBackgroundError()).isNull();
                check(engine, records);
                System.out.println("merged");
            }
        }

        private static void check(Engine engine, int records) {
            for (int number = 0; number < records; number += records / 1_000) {
                assertThat(engine.get(key(number), number).orElseThrow().value())
                        .isEqualTo(value(number));
            }
        }
    }
}
