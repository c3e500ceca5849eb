package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A read-only engine on a directory that a writer flushes and compacts all the time. */
class ReadOnlyBesideWriterTest {
    private static final int OPENINGS = Integer.getInteger("flowdb.test.readOnlyOpenings", 40);

    @TempDir
    Path dir;

    private static String key(long n) {
        return String.format("key%07d", n);
    }

    private Config config(boolean readOnly) {
        return Config.builder()
                .dataDir(dir.resolve("db"))
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(5)))
                .readOnly(readOnly)
                .build();
    }

    @Test
    void open_whileAnotherWrites_showsAPrefixOfItsCommits() throws InterruptedException {
        AtomicLong acknowledged = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        try (Engine writer = Engine.open(config(false))) {
            Thread writing = new Thread(() -> write(writer, acknowledged, stop, failed));
            writing.start();
            try {
                for (int i = 0; i < OPENINGS; i++) {
                    checkPrefix(acknowledged);
                }
            } finally {
                stop.set(true);
                writing.join();
            }
        }
        assertThat(failed.get()).isNull();
    }

    private static void write(
            Engine writer, AtomicLong acknowledged, AtomicBoolean stop, AtomicReference<Throwable> failed) {
        try {
            for (long n = 0; !stop.get(); n++) {
                writer.write(FlowRecord.of(key(n), 0, "value ".repeat(20) + n));
                acknowledged.set(n + 1);
            }
        } catch (RuntimeException | Error e) {
            failed.set(e);
        }
    }

    private void checkPrefix(AtomicLong acknowledged) {
        long before = acknowledged.get();
        try (Engine reader = Engine.open(config(true))) {
            List<FlowRecord> seen = reader.query(Query.all());
            assertThat((long) seen.size()).isGreaterThanOrEqualTo(before);
            for (int n = 0; n < seen.size(); n++) {
                assertThat(seen.get(n).keyText()).isEqualTo(key(n));
            }
            assertThatThrownBy(() -> reader.delete("key", 0)).isInstanceOf(ReadOnlyTransactionException.class);
        }
    }

    /** A reader took the segment that stayed for the beginning of the log, and the next one for a gap in it. */
    @Test
    void open_segmentLeftBehindCouldNotBeDeleted_passesOverIt() {
        FaultyFileSystem files = new FaultyFileSystem();
        Config.Builder config =
                Config.builder().dataDir(dir).memtableSize(64 << 10).autoBackground(false);
        try (Engine writer = EngineOpening.open(config.build(), files)) {
            files.setFault((call, path) -> {
                if (call == Call.DELETE && path.endsWith("wal/0000000001.wal")) {
                    throw FaultyFileSystem.ioError(call, path);
                }
            });
            for (int i = 0; i < 8; i++) {
                writer.write(FlowRecord.of(key(i), 0, "v".repeat(20_000)));
            }
            writer.flush();
            writer.write(FlowRecord.of(key(8), 0, "later"));
            assertThat(files.files()).contains(dir.resolve("wal/0000000001.wal"));
            assertThat(files.files()).doesNotContain(dir.resolve("wal/0000000002.wal"));
            try (Engine reader = EngineOpening.open(config.readOnly(true).build(), files)) {
                assertThat(reader.query(Query.all())).isEqualTo(writer.query(Query.all()));
            }
        }
    }
}
